import type { PatternReader } from './pattern-reader.js';

/** What is in force at a place of a pattern. */
export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly ascii: boolean;
  readonly verbose: boolean;
}

export const NO_FLAGS: Flags = { ignoreCase: false, multiline: false, dotAll: false, ascii: false, verbose: false };

const BY_LETTER: Readonly<Record<string, Partial<Flags>>> = {
  i: { ignoreCase: true },
  m: { multiline: true },
  s: { dotAll: true },
  x: { verbose: true },
  a: { ascii: true },
  u: { ascii: false },
};
const CAN_BE_TURNED_OFF = /[imsx]/u;

/**
 * Read `ims)` of `(?ims)`, or `i-s:` of `(?i-s:…)`, whose first letter is in `letter`.
 * @returns the flags from there on, and whether they are those of the group that follows alone
 * @throws DmInvalidArgumentError
 */
export function parseFlags(reader: PatternReader, letter: string, before: Flags): { flags: Flags; isScoped: boolean } {
  const start = reader.position - 1;
  const on = letter === '-' ? '' : letter + reader.takeWhile(/[a-zA-Z]/u);
  const flags = { ...before };
  for (const one of on) {
    if (one === 'L') reader.fail("bad inline flags: cannot use 'L' flag with a str pattern", start);
    Object.assign(flags, BY_LETTER[one] ?? reader.fail('unknown flag', start));
  }
  if (/a.*u|u.*a/u.test(on)) reader.fail("bad inline flags: flags 'a', 'u' and 'L' are incompatible", start);
  if (letter !== '-' && reader.take(')')) return { flags, isScoped: false };
  const hasOff = letter === '-' || reader.take('-');
  const off = hasOff ? reader.takeWhile(/[a-zA-Z]/u) : '';
  if (hasOff && off === '') reader.fail('missing flag');
  for (const one of off) {
    if (BY_LETTER[one] === undefined) reader.fail('unknown flag', start);
    if (!CAN_BE_TURNED_OFF.test(one)) reader.fail("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", start);
    if (on.includes(one)) reader.fail('bad inline flags: flag turned on and off', start);
    for (const name of Object.keys(BY_LETTER[one] ?? {})) Object.assign(flags, { [name]: false });
  }
  if (!reader.take(':')) reader.fail(hasOff ? 'missing :' : 'missing -, : or )');
  return { flags, isScoped: true };
}
