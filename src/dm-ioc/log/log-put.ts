import type { PutLogEntry } from 'node-epics-ca';
import type { Logger } from 'pino';
import { writerOf } from '../writer-of.js';
import { shortText } from './short-text.js';

/** The put log: who put what, or was refused. */
export function logPut(log: Logger, { record, field, user, host, value, refusal }: PutLogEntry): void {
  const what = { record, field };
  const who = writerOf({ user, host });
  if (refusal === '') log.info({ ...what, value: shortText(value), ...who }, 'put');
  else log.warn({ ...what, ...who, reason: refusal }, 'put refused');
}
