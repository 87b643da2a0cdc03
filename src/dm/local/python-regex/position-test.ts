import { categoryTest } from './character-test.js';
import type { CodePoints } from './syntax-tree.js';

const NEWLINE = 10;

type PositionTest = (text: CodePoints, at: number) => boolean;

export const isStart: PositionTest = (_text, at) => at === 0;
export const isEnd: PositionTest = (text, at) => at === text.length;
export const isLineStart: PositionTest = (text, at) => at === 0 || text[at - 1] === NEWLINE;
export const isLineEnd: PositionTest = (text, at) => at === text.length || text[at] === NEWLINE;
/** Python's `$`: also before a newline that ends the text. */
export const isEndOrLastNewline: PositionTest = (text, at) => isLineEnd(text, at) && at >= text.length - 1;

/** `\b`, or with `negated` `\B`, which in Python is nowhere in an empty text. */
export function wordBoundary(negated: boolean, flags: { readonly ascii: boolean }): PositionTest {
  const isWord = categoryTest('w', flags);
  const isWordAt = (text: CodePoints, at: number): boolean => {
    const codePoint = text[at];
    return codePoint !== undefined && isWord(codePoint);
  };
  return (text, at) => text.length > 0 && (isWordAt(text, at - 1) !== isWordAt(text, at)) !== negated;
}
