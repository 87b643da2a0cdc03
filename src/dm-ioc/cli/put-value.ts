import { StartupError } from '../errors.js';

/** The number that a text says; a text that says none would else be put as 0 or NaN. @throws StartupError PUT_FAILED */
export function putNumber(pv: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw new StartupError('PUT_FAILED', `put ${pv}: "${text}" is no number`);
  return value;
}

/** As `putNumber`, for 64 bits. @throws StartupError PUT_FAILED */
export function putInteger(pv: string, text: string): bigint {
  if (!/^\s*[+-]?\d+\s*$/u.test(text)) throw new StartupError('PUT_FAILED', `put ${pv}: "${text}" is no whole number`);
  return BigInt(text.trim().replace(/^\+/u, ''));
}

/** The index of an enum's state that is given by its label or its index. @throws StartupError PUT_FAILED that lists the states */
export function putState(pv: string, text: string, states: readonly string[]): number {
  const index = states.indexOf(text);
  if (index >= 0) return index;
  if (/^\d+$/u.test(text) && (states.length === 0 || Number(text) < states.length)) return Number(text);
  throw new StartupError('PUT_FAILED', `put ${pv}: "${text}" is none of its states ${states.join(', ')}`);
}
