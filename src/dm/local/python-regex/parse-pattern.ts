import { categoryTest, classTest } from './character-test.js';
import { lowerCase, lowerCaseAscii } from './letter-case.js';
import { parseClass } from './parse-class.js';
import { parseCharacterEscape, peekEscape } from './parse-escape.js';
import { NO_FLAGS, parseFlags, type Flags } from './parse-flags.js';
import { PatternReader } from './pattern-reader.js';
import { isEnd, isEndOrLastNewline, isLineEnd, isLineStart, isStart, wordBoundary } from './position-test.js';
import type { Repeat, Syntax, SyntaxNode } from './syntax-tree.js';
import { widthOf, type Width } from './width.js';

const EMPTY: SyntaxNode = { kind: 'sequence', items: [] };
const NEWLINE = 10;
const IDENTIFIER = /^[\p{XIDS}_]\p{XIDC}*$/u;

/** Read a regular expression of Python's `re` (3.11). @throws DmInvalidArgumentError with Python's words and the position */
export function parsePattern(pattern: string): Syntax {
  return new PatternParser(pattern).parse();
}

class PatternParser {
  readonly #reader: PatternReader;
  #flags: Flags = NO_FLAGS;
  readonly #groupNames = new Map<string, number>();
  /** By index; undefined while the group is open. */
  readonly #widths: (Width | undefined)[] = [[0, 0]];
  /** Groups before the look-behind that is being read. */
  #groupsBeforeLook: number | undefined;
  /** Conditions may name groups that come later. */
  readonly #conditions = new Map<number, number>();

  constructor(pattern: string) {
    this.#reader = new PatternReader(pattern);
  }

  parse(): Syntax {
    const root = this.#branches(true);
    if (this.#reader.peek() !== undefined) this.#reader.fail('unbalanced parenthesis');
    const nGroups = this.#widths.length - 1;
    for (const [index, position] of this.#conditions)
      if (index > nGroups) this.#reader.fail(`invalid group reference ${index}`, position);
    return { root, nGroups, groupNames: this.#groupNames };
  }

  #branches(isTop = false): SyntaxNode {
    const options = [this.#sequence(isTop)];
    while (this.#reader.take('|')) options.push(this.#sequence());
    return options.length === 1 ? (options[0] ?? EMPTY) : { kind: 'branch', options };
  }

  #sequence(mayBeginWithFlags = false): SyntaxNode {
    const reader = this.#reader;
    const items: SyntaxNode[] = [];
    for (let next = reader.peek(); next !== undefined && next !== '|' && next !== ')'; next = reader.peek()) {
      reader.next();
      if (this.#flags.verbose && /[ \t\n\r\v\f]/u.test(next)) continue;
      if (this.#flags.verbose && next === '#') reader.takeWhile(/[^\n]/u);
      else if (/[*+?{]/u.test(next)) this.#repeatLast(items, next);
      else items.push(...this.#item(next, mayBeginWithFlags && items.length === 0));
    }
    return { kind: 'sequence', items };
  }

  /** @returns nothing for flags and comments */
  #item(first: string, mayBeFlags: boolean): readonly SyntaxNode[] {
    const flags = this.#flags;
    switch (first) {
      case '\\':
        return [this.#escape()];
      case '[':
        return [{ kind: 'character', test: parseClass(this.#reader, flags) }];
      case '.':
        return [{ kind: 'character', test: (codePoint) => flags.dotAll || codePoint !== NEWLINE }];
      case '^':
        return [{ kind: 'position', holds: flags.multiline ? isLineStart : isStart }];
      case '$':
        return [{ kind: 'position', holds: flags.multiline ? isLineEnd : isEndOrLastNewline }];
      case '(':
        return this.#group(mayBeFlags);
      default:
        return [this.#literal(first.codePointAt(0) ?? 0)];
    }
  }

  #literal(codePoint: number): SyntaxNode {
    const test = this.#flags.ignoreCase
      ? classTest([[codePoint, codePoint]], [], false, this.#flags)
      : (other: number) => other === codePoint;
    return { kind: 'character', test };
  }

  #escape(): SyntaxNode {
    const reader = this.#reader;
    const letter = peekEscape(reader);
    if (/[dDsSwW]/u.test(letter)) {
      reader.next();
      return { kind: 'character', test: categoryTest(letter, this.#flags) };
    }
    if (reader.take('A')) return { kind: 'position', holds: isStart };
    if (reader.take('Z')) return { kind: 'position', holds: isEnd };
    if (/[bB]/u.test(letter)) {
      reader.next();
      return { kind: 'position', holds: wordBoundary(letter === 'B', this.#flags) };
    }
    if (!/[1-9]/u.test(letter)) return this.#literal(parseCharacterEscape(reader));
    const start = reader.position;
    // Three octal digits are a character, everything else is a group's number.
    if (reader.takeWhile(/[0-7]/u, 3).length === 3) {
      reader.seek(start);
      return this.#literal(parseCharacterEscape(reader));
    }
    reader.seek(start);
    const index = Number(reader.takeWhile(/[0-9]/u, 2));
    if (index >= this.#widths.length) reader.fail(`invalid group reference ${index}`, start);
    return this.#reference(index, start);
  }

  #reference(index: number, position: number): SyntaxNode {
    this.#checkReference(index, position);
    const { ignoreCase, ascii } = this.#flags;
    const fold = !ignoreCase ? (codePoint: number) => codePoint : ascii ? lowerCaseAscii : lowerCase;
    return { kind: 'reference', index, fold };
  }

  #checkReference(index: number, position: number): void {
    if (this.#widths[index] === undefined) this.#reader.fail('cannot refer to an open group', position);
    if (this.#groupsBeforeLook !== undefined && index >= this.#groupsBeforeLook)
      this.#reader.fail('cannot refer to group defined in the same lookbehind subpattern', position);
  }

  #repeatLast(items: SyntaxNode[], sign: string): void {
    const reader = this.#reader;
    const start = reader.position - 1;
    const limits = sign === '{' ? this.#limits() : { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    if (limits === undefined) {
      items.push(this.#literal(sign.charCodeAt(0)));
      return;
    }
    const body = items.pop();
    if (body === undefined || body.kind === 'position') return reader.fail('nothing to repeat', start);
    if (body.kind === 'repeat') reader.fail('multiple repeat', start);
    const mode: Repeat['mode'] = reader.take('?') ? 'lazy' : reader.take('+') ? 'possessive' : 'greedy';
    items.push({ kind: 'repeat', ...limits, mode, body });
  }

  /** @returns undefined where the brace is a character as others are */
  #limits(): { min: number; max: number } | undefined {
    const reader = this.#reader;
    const start = reader.position;
    const low = reader.takeWhile(/[0-9]/u);
    const hasComma = reader.take(',');
    const high = hasComma ? reader.takeWhile(/[0-9]/u) : low;
    if ((low === '' && !hasComma) || !reader.take('}')) {
      reader.seek(start);
      return undefined;
    }
    const min = Number(low);
    const max = high === '' ? Infinity : Number(high);
    return max < min ? reader.fail('min repeat greater than max repeat', start) : { min, max };
  }

  /** Read a group after its bracket. */
  #group(mayBeFlags: boolean): readonly SyntaxNode[] {
    const reader = this.#reader;
    const start = reader.position - 1;
    if (!reader.take('?')) return [this.#capture(start)];
    const letter = reader.next();
    switch (letter) {
      case undefined:
        return reader.fail('unexpected end of pattern', start);
      case ':':
        return [this.#enclosed(start)];
      case '>':
        return [{ kind: 'atomic', body: this.#enclosed(start) }];
      case '#':
        reader.takeWhile(/[^)]/u);
        if (!reader.take(')')) reader.fail('missing ), unterminated comment', start);
        return [];
      case '=':
      case '!':
        return [{ kind: 'look', behind: 0, negated: letter === '!', body: this.#enclosed(start) }];
      case '<':
        return [this.#lookBehind(start)];
      case '(':
        return [this.#conditional(start)];
      case 'P':
        return [this.#named(start)];
      default:
        if (!/[a-zA-Z-]/u.test(letter)) reader.fail(`unknown extension ?${letter}`, start);
        return this.#flagged(letter, start, mayBeFlags);
    }
  }

  /** Up to the closing bracket; a node of its own, so that it can be repeated whatever it is. */
  #enclosed(start: number): SyntaxNode {
    const body = this.#branches();
    if (!this.#reader.take(')')) this.#reader.fail('missing ), unterminated subpattern', start);
    return { kind: 'sequence', items: [body] };
  }

  #capture(start: number, name?: string): SyntaxNode {
    const index = this.#widths.push(undefined) - 1;
    if (name !== undefined) {
      const other = this.#groupNames.get(name);
      if (other !== undefined)
        this.#reader.fail(`redefinition of group name '${name}' as group ${index}; was group ${other}`, start);
      this.#groupNames.set(name, index);
    }
    const body = this.#enclosed(start);
    this.#widths[index] = this.#widthOf(body);
    return { kind: 'group', index, body };
  }

  #widthOf(node: SyntaxNode): Width {
    return widthOf(node, (index) => this.#widths[index] ?? [0, Infinity]);
  }

  #named(start: number): SyntaxNode {
    const reader = this.#reader;
    if (reader.take('<')) {
      const name = reader.takeName('>');
      if (!IDENTIFIER.test(name)) reader.fail(`bad character in group name '${name}'`, start);
      return this.#capture(start, name);
    }
    if (!reader.take('=')) reader.fail(`unknown extension ?P${reader.peek() ?? ''}`, start);
    return this.#reference(this.#groupNamed(reader.takeName(')'), start), start);
  }

  #groupNamed(name: string, position: number): number {
    return this.#groupNames.get(name) ?? this.#reader.fail(`unknown group name '${name}'`, position);
  }

  #lookBehind(start: number): SyntaxNode {
    const reader = this.#reader;
    const negated = reader.take('!');
    if (!negated && !reader.take('='))
      reader.fail(`unknown extension ?<${reader.peek() ?? ''} (a named group is (?P<name>…))`, start);
    const before = this.#groupsBeforeLook;
    this.#groupsBeforeLook ??= this.#widths.length;
    const body = this.#enclosed(start);
    this.#groupsBeforeLook = before;
    const [behind, most] = this.#widthOf(body);
    if (behind !== most) reader.fail('look-behind requires fixed-width pattern', start);
    // Of no width, it looks at the same place as a look-ahead.
    return { kind: 'look', behind, negated, body };
  }

  #conditional(start: number): SyntaxNode {
    const reader = this.#reader;
    const name = reader.takeName(')');
    const index = /^[0-9]+$/u.test(name) ? Number(name) : this.#groupNamed(name, start);
    if (index === 0) reader.fail('bad group number', start);
    if (this.#groupsBeforeLook !== undefined) this.#checkReference(index, start);
    this.#conditions.set(index, start);
    const yes = this.#sequence();
    const no = reader.take('|') ? this.#sequence() : EMPTY;
    if (reader.peek() === '|') reader.fail('conditional backref with more than two branches');
    if (!reader.take(')')) reader.fail('missing ), unterminated subpattern', start);
    return { kind: 'conditional', index, yes, no };
  }

  #flagged(letter: string, start: number, mayBeFlags: boolean): readonly SyntaxNode[] {
    const before = this.#flags;
    const { flags, isScoped } = parseFlags(this.#reader, letter, before);
    if (!isScoped && !mayBeFlags) this.#reader.fail('global flags not at the start of the expression', start);
    this.#flags = flags;
    if (!isScoped) return [];
    const body = this.#enclosed(start);
    this.#flags = before;
    return [body];
  }
}
