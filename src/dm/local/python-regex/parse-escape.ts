import type { PatternReader } from './pattern-reader.js';

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 0x5c };
const HEXADECIMAL: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const HIGHEST_OCTAL = 0o377;
const HIGHEST = 0x10_ffff;

/** The letter or digit after a backslash, which is not taken yet. @throws DmInvalidArgumentError at the end of the pattern */
export function peekEscape(reader: PatternReader): string {
  const letter = reader.peek();
  return letter ?? reader.fail('bad escape (end of pattern)', reader.position - 1);
}

/**
 * The character that an escape stands for, read after its backslash: `\n`, `\x41`, `\u00e9`, `\101`, `\.`. What means something else in its place is dealt with
 * before.
 * @throws DmInvalidArgumentError for one that Python doesn't know
 */
export function parseCharacterEscape(reader: PatternReader): number {
  const start = reader.position - 1;
  const letter = peekEscape(reader);
  if (/[0-7]/u.test(letter)) return parseOctal(reader, start);
  reader.next();
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  const digits = HEXADECIMAL[letter];
  if (digits !== undefined) return parseHexadecimal(reader, letter, digits, start);
  if (letter === 'N') reader.fail(String.raw`\N{…} is not supported: write the character itself, or \uXXXX,`, start);
  if (/[a-zA-Z0-9]/u.test(letter)) reader.fail(`bad escape \\${letter}`, start);
  return letter.codePointAt(0) ?? 0;
}

function parseOctal(reader: PatternReader, start: number): number {
  const digits = reader.takeWhile(/[0-7]/u, 3);
  const value = Number.parseInt(digits, 8);
  return value > HIGHEST_OCTAL ? reader.fail(`octal escape value \\${digits} outside of range 0-0o377`, start) : value;
}

function parseHexadecimal(reader: PatternReader, letter: string, length: number, start: number): number {
  const digits = reader.takeWhile(/[0-9a-fA-F]/u, length);
  const value = Number.parseInt(digits, 16);
  if (digits.length < length) reader.fail(`incomplete escape \\${letter}${digits}`, start);
  return value > HIGHEST ? reader.fail(`bad escape \\${letter}${digits}`, start) : value;
}
