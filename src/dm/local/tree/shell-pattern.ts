/**
 * A shell pattern as Python's fnmatch reads it: `*` is any text (also with `/`), `?` one character, `[a-z]` one of these, `[!a-z]` none of these. Everything
 * else is itself.
 */
export function shellPattern(pattern: string): RegExp {
  /** What stands between the stars. */
  const pieces = [''];
  const add = (source: string): void => {
    pieces.push((pieces.pop() ?? '') + source);
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const end = character === '[' ? closingBracket(pattern, at) : -1;
    if (character === '*') pieces.push('');
    else if (character === '?') add('.');
    else if (end < 0) add(character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&'));
    else {
      add(characterSet(pattern.slice(at + 1, end)));
      at = end;
    }
  }
  const [first = '', ...others] = pieces;
  const last = others.pop();
  // The first place where a piece fits is as good as any, so no other is tried: many stars would take for ever else.
  const middle = others
    .filter((piece) => piece !== '')
    .map((piece, index) => `(?=(?<g${index}>.*?${piece}))\\k<g${index}>`);
  return new RegExp(`^${first}${middle.join('')}${last === undefined ? '' : `.*${last}`}$`, 'su');
}

/** A `]` directly after the opening is one of the set. @returns -1 when the bracket is never closed */
function closingBracket(pattern: string, at: number): number {
  const first = pattern.charAt(at + 1) === '!' ? at + 2 : at + 1;
  return pattern.indexOf(']', first + 1);
}

function characterSet(set: string): string {
  const negated = set.startsWith('!');
  const members: string[] = [];
  const characters = Array.from(negated ? set.slice(1) : set);
  for (let at = 0; at < characters.length; at++) {
    const from = characters[at] ?? '';
    const to = characters[at + 1] === '-' ? characters[at + 2] : undefined;
    if (to === undefined) members.push(escaped(from));
    else {
      // A range that is turned round holds nothing.
      if (from <= to) members.push(`${escaped(from)}-${escaped(to)}`);
      at += 2;
    }
  }
  return `[${negated ? '^' : ''}${members.join('')}]`;
}

function escaped(character: string): string {
  return character.replace(/[\\^\-[\]/&|~]/u, (one) => `\\u{${one.charCodeAt(0).toString(16)}}`);
}
