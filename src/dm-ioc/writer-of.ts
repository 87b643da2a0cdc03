import type { RecordWrite } from 'node-epics-ca';

/** Who put or called, in one word; empty: the IOC itself. */
export function sourceOf({ user, host }: Pick<RecordWrite, 'user' | 'host'>): string {
  return user === '' && host === '' ? '' : `${user}@${host}`;
}

/** Who put, for the log. A put without user and host is the IOC's own: its shell, or a link of a record. */
export function writerOf({ user, host }: Pick<RecordWrite, 'user' | 'host'>): Readonly<Record<string, string>> {
  return user === '' && host === '' ? { from: 'IOC' } : { user, host };
}
