import { StartupError } from '../errors.js';

/** The index of an enum's state that is given by its label or its index. @throws StartupError PUT_FAILED that lists the states */
export function putState(pv: string, text: string, states: readonly string[]): number {
  const index = states.indexOf(text);
  if (index >= 0) return index;
  if (/^\d+$/u.test(text) && (states.length === 0 || Number(text) < states.length)) return Number(text);
  throw new StartupError('PUT_FAILED', `put ${pv}: "${text}" is none of its states ${states.join(', ')}`);
}
