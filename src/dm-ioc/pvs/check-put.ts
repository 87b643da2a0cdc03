import type { DeviceRecord, RecordWrite } from 'node-epics-ca';
import type { Plain, SetpointSignal } from '../registry/signal.js';

/** What the decoder puts where bytes are not UTF-8. */
const REPLACEMENT = '\uFFFD';

/** What an EPICS string holds beside its NUL. */
const SHORT_STRING_BYTES = 39;

function isNumber(text: string, number: number): boolean {
  return text.trim() !== '' && Number(text) === number;
}

/** How long a text a record can show, or take; UTF-8. */
export function mostTextBytes({ direction, maxLength }: Pick<DeviceRecord, 'direction' | 'maxLength'>): number {
  return direction === 'out' ? maxLength - 2 : maxLength - 1;
}

/**
 * Why a record must not keep what was put to it, whatever its signal is; undefined when it may. EPICS cuts a text that is longer than
 * the record without a word, maybe within a character, so one that fills the record counts as cut. PVAccess clients can't read
 * what isn't UTF-8, or isn't a state, and NaN makes the record undefined, which hides the reason of the refusal.
 */
export function unfitReason(
  { record, isShortString, requestText }: RecordWrite,
  { valueKind, states }: SetpointSignal<unknown>,
  put: Plain,
): string | undefined {
  if (states !== undefined) {
    const state = typeof put === 'boolean' ? Number(put) : states.indexOf(String(put));
    const isMeant = requestText === undefined || requestText === record.states[state] || isNumber(requestText, state);
    return state >= 0 && isMeant ? undefined : `not one of ${states.join(', ')}: ${requestText ?? put}`;
  }
  if (typeof put === 'number') {
    const isMeant = requestText === undefined || isNumber(requestText, put);
    return Number.isFinite(put) && isMeant ? undefined : `not a number: ${requestText ?? put}`;
  }
  if (valueKind !== 'text' || typeof put !== 'string') return undefined;
  // An array of characters takes a string of EPICS for the number of one character.
  if (requestText !== undefined) return `put characters: caput -S ${record.name}, or dm-ioc put`;
  const mostBytes = mostTextBytes(record);
  const sizeBytes = Buffer.byteLength(put);
  if (sizeBytes > mostBytes) return `text too long, at most ${mostBytes} bytes`;
  if (isShortString && sizeBytes >= SHORT_STRING_BYTES) {
    return `maybe cut to ${SHORT_STRING_BYTES} characters: caput -S ${record.name}.VAL$, or dm-ioc put`;
  }
  return put.includes(REPLACEMENT) ? 'text is not UTF-8' : undefined;
}
