import { sameLetters, sameLettersAscii } from './letter-case.js';
import type { CharacterTest } from './syntax-tree.js';

/** Flags that say what a character matches. */
export interface CharacterFlags {
  readonly ignoreCase: boolean;
  readonly ascii: boolean;
}

/** First and last character. */
export type CharacterRange = readonly [number, number];

const TABLE_SIZE = 128;

const DIGIT = /\p{Nd}/u;
const WORD = /[\p{L}\p{N}_]/u;
const ASCII_SPACE = /[\t-\r ]/u;
const BYTE_ORDER_MARK = 0xfeff;
const NEXT_LINE = 0x85;

/** Python also counts the four separators of ASCII and the next line, and not the byte order mark. */
function isSpace(codePoint: number): boolean {
  if (codePoint === BYTE_ORDER_MARK) return false;
  return (
    (codePoint >= 0x1c && codePoint <= 0x1f) || codePoint === NEXT_LINE || /\s/u.test(String.fromCodePoint(codePoint))
  );
}

/** What `\d`, `\s` or `\w` matches in Python; `\D`, `\S`, `\W` all else. */
export function categoryTest(letter: string, { ascii }: Pick<CharacterFlags, 'ascii'>): CharacterTest {
  const lower = letter.toLowerCase();
  const pattern = lower === 'd' ? DIGIT : lower === 'w' ? WORD : ASCII_SPACE;
  const matches: CharacterTest = (codePoint) => {
    if (ascii && codePoint >= TABLE_SIZE) return false;
    return lower === 's' && !ascii ? isSpace(codePoint) : pattern.test(String.fromCodePoint(codePoint));
  };
  return withTable(letter === lower ? matches : (codePoint) => !matches(codePoint));
}

/** One of some ranges and categories, or with `negated` none of them. */
export function classTest(
  ranges: readonly CharacterRange[],
  categories: readonly CharacterTest[],
  negated: boolean,
  { ignoreCase, ascii }: CharacterFlags,
): CharacterTest {
  const inRange: CharacterTest = (codePoint) => ranges.some(([low, high]) => codePoint >= low && codePoint <= high);
  const same = ascii ? sameLettersAscii : sameLetters;
  const listed: CharacterTest = ignoreCase ? (codePoint) => same(codePoint).some(inRange) : inRange;
  const matches: CharacterTest = (codePoint) => listed(codePoint) || categories.some((category) => category(codePoint));
  return withTable(negated ? (codePoint) => !matches(codePoint) : matches);
}

/** Asked again and again of the same few characters. */
function withTable(matches: CharacterTest): CharacterTest {
  const table = Uint8Array.from({ length: TABLE_SIZE }, (_none, codePoint) => Number(matches(codePoint)));
  return (codePoint) => (codePoint < TABLE_SIZE ? table[codePoint] === 1 : matches(codePoint));
}
