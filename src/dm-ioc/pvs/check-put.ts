import type { DeviceRecord } from 'node-epics-ca';
import type { Plain, ValueKind } from '../registry/signal.js';

/** What the decoder puts where bytes are not UTF-8. */
const REPLACEMENT = '\uFFFD';

/** How long a text a record can show, or take; UTF-8. */
export function mostTextBytes({ direction, maxLength }: Pick<DeviceRecord, 'direction' | 'maxLength'>): number {
  return direction === 'out' ? maxLength - 2 : maxLength - 1;
}

/**
 * Why a record must not keep what was put to it, whatever its signal is; undefined when it may. EPICS cuts a text that is longer than
 * the record without a word, maybe within a character, so one that fills the record counts as cut. PVAccess clients can't read
 * what isn't UTF-8, and NaN makes the record undefined, which hides the reason of the refusal.
 */
export function unfitReason(record: DeviceRecord, kind: ValueKind, put: Plain): string | undefined {
  if (typeof put === 'number') return Number.isFinite(put) ? undefined : `not a number: ${put}`;
  if (kind !== 'text' || typeof put !== 'string') return undefined;
  const mostBytes = mostTextBytes(record);
  if (Buffer.byteLength(put) > mostBytes) return `text too long, at most ${mostBytes} bytes`;
  return put.includes(REPLACEMENT) ? 'text is not UTF-8' : undefined;
}
