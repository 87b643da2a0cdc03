import { categoryTest, classTest, type CharacterFlags, type CharacterRange } from './character-test.js';
import { parseCharacterEscape, peekEscape } from './parse-escape.js';
import type { PatternReader } from './pattern-reader.js';
import type { CharacterTest } from './syntax-tree.js';

const BACKSPACE = 8;

/** Read a class after its `[`. @throws DmInvalidArgumentError */
export function parseClass(reader: PatternReader, flags: CharacterFlags): CharacterTest {
  const start = reader.position - 1;
  const negated = reader.take('^');
  const ranges: CharacterRange[] = [];
  const categories: CharacterTest[] = [];
  const add = (item: number | CharacterTest): void => {
    if (typeof item === 'number') ranges.push([item, item]);
    else categories.push(item);
  };
  for (let isFirst = true; isFirst || !reader.take(']'); isFirst = false) {
    const itemStart = reader.position;
    const low = parseItem(reader, flags, start);
    if (!reader.take('-')) {
      add(low);
      continue;
    }
    if (reader.take(']')) {
      add(low);
      add('-'.charCodeAt(0));
      break;
    }
    const high = parseItem(reader, flags, start);
    if (typeof low !== 'number' || typeof high !== 'number' || high < low)
      reader.fail(`bad character range ${reader.since(itemStart)}`, itemStart);
    ranges.push([low, high]);
  }
  return classTest(ranges, categories, negated, flags);
}

function parseItem(reader: PatternReader, flags: CharacterFlags, classStart: number): number | CharacterTest {
  const character = reader.next();
  if (character === undefined) return reader.fail('unterminated character set', classStart);
  if (character !== '\\') return character.codePointAt(0) ?? 0;
  const letter = peekEscape(reader);
  if (/[dDsSwW]/u.test(letter)) {
    reader.next();
    return categoryTest(letter, flags);
  }
  return reader.take('b') ? BACKSPACE : parseCharacterEscape(reader);
}
