/** What `parseShellExports` found. `skipped` are assignments whose value only a shell can tell (`$(…)`, backquotes), by line number. */
export interface ShellExports {
  readonly variables: Readonly<Record<string, string>>;
  readonly skipped: readonly { readonly line: number; readonly name: string }[];
}

/**
 * The variables that a shell would have after reading a file such as `dm.setup.sh`, without running it: assignments with or without `export`,
 * indented, quoted, with `=`, spaces and `#` in values, `$NAME`, `${NAME}` and `${NAME:-default}`. Other commands and the branches of `if` are not
 * judged: an assignment counts wherever it stands, the last one wins.
 * @param environment what `$NAME` may refer to beside the file's own variables
 */
export function parseShellExports(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): ShellExports {
  const variables: Record<string, string> = {};
  const skipped: { line: number; name: string }[] = [];
  const lookUp = (name: string): string | undefined => variables[name] ?? environment[name];
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = index + 1;
    let source = lines[index] ?? '';
    while (continues(source) && index + 1 < lines.length) {
      index += 1;
      source = source.endsWith('\\')
        ? `${source.slice(0, -1)}${lines[index] ?? ''}`
        : `${source}\n${lines[index] ?? ''}`;
    }
    for (const command of readCommands(source, lookUp)) {
      for (const { name, value } of assignmentsOf(command)) {
        if (value === undefined) skipped.push({ line, name });
        else variables[name] = value;
      }
    }
  }
  return { variables, skipped };
}

type LookUp = (name: string) => string | undefined;

/** A word after quote removal and expansion. `opaque` marks one that only a shell can expand. */
interface Word {
  text: string;
  opaque: boolean;
}

function assignmentsOf(words: readonly Word[]): { name: string; value: string | undefined }[] {
  const declares = ['export', 'declare', 'typeset', 'readonly'].includes(words[0]?.text ?? '');
  const found: { name: string; value: string | undefined }[] = [];
  for (const word of declares ? words.slice(1) : words) {
    const match = /^([A-Za-z_]\w*)=(.*)$/su.exec(word.text);
    if (match?.[1] !== undefined) found.push({ name: match[1], value: word.opaque ? undefined : (match[2] ?? '') });
    else if (!declares) {
      // What stands before a command is for that command only.
      return found.length === 0 && ['then', 'else', 'do', '{'].includes(word.text) ? assignmentsOf(words.slice(1)) : [];
    }
  }
  return found;
}

/** Splits a logical line into commands (at `;`, `&`, `|`) and words, up to a comment. */
function readCommands(source: string, lookUp: LookUp): Word[][] {
  const commands: Word[][] = [];
  let words: Word[] = [];
  let word: Word | undefined;
  let at = 0;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  while (at < source.length) {
    const character = source.charAt(at);
    if (character === '#' && word === undefined) break;
    if (/\s/u.test(character)) {
      endWord();
      at += 1;
    } else if (';&|'.includes(character)) {
      endWord();
      commands.push(words);
      words = [];
      at += 1;
    } else {
      word ??= { text: '', opaque: false };
      at = readPiece(source, at, word, lookUp);
    }
  }
  endWord();
  commands.push(words);
  return commands.filter((command) => command.length > 0);
}

function readPiece(source: string, at: number, word: Word, lookUp: LookUp): number {
  const character = source.charAt(at);
  if (character === "'") {
    const found = source.indexOf("'", at + 1);
    const end = found < 0 ? source.length : found;
    word.text += source.slice(at + 1, end);
    return end + 1;
  }
  if (character === '~' && /^\w+=$/u.test(word.text) && /^~(?:[/:;\s]|$)/u.test(source.slice(at, at + 2))) {
    word.text += lookUp('HOME') ?? '~';
    return at + 1;
  }
  if (character !== '"') return readCharacter(source, at, word, lookUp, false);
  let inside = at + 1;
  while (inside < source.length && source.charAt(inside) !== '"') {
    inside = readCharacter(source, inside, word, lookUp, true);
  }
  return inside + 1;
}

function readCharacter(source: string, at: number, word: Word, lookUp: LookUp, quoted: boolean): number {
  const character = source.charAt(at);
  if (character === '\\') {
    const next = source.charAt(at + 1);
    word.text += quoted && !'$`"\\\n'.includes(next) ? `\\${next}` : next;
    return at + 2;
  }
  if (character === '`') {
    word.opaque = true;
    const end = source.indexOf('`', at + 1);
    return end < 0 ? source.length : end + 1;
  }
  if (character !== '$') {
    word.text += character;
    return at + 1;
  }
  return readExpansion(source, at, word, lookUp);
}

function readExpansion(source: string, at: number, word: Word, lookUp: LookUp): number {
  const rest = source.slice(at);
  const simple = /^\$(?:(\w+)|\{(\w+)(?:(:?[-])([^}]*))?\})/u.exec(rest);
  if (simple !== null) {
    const value = lookUp(simple[1] ?? simple[2] ?? '');
    const useDefault = simple[3] === ':-' ? value === undefined || value === '' : value === undefined;
    word.text += useDefault ? (simple[4] ?? '') : (value ?? '');
    return at + simple[0].length;
  }
  if (rest.startsWith('$(') || rest.startsWith('${')) {
    word.opaque = true;
    return at + closing(rest);
  }
  word.text += '$';
  return at + 1;
}

/** Length of a `$(…)` or `${…}` with its nested brackets. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 1; at < text.length; at += 1) {
    if ('({'.includes(text.charAt(at))) depth += 1;
    else if (')}'.includes(text.charAt(at)) && --depth === 0) return at + 1;
  }
  return text.length;
}

/** True when the line ends inside quotes or with a backslash. */
function continues(source: string): boolean {
  let quote = '';
  for (let at = 0; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (quote === '' && character === '#' && (at === 0 || /\s/u.test(source.charAt(at - 1)))) return false;
    if (character === '\\' && quote !== "'") {
      if (at === source.length - 1) return true;
      at += 1;
    } else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
  }
  return quote !== '';
}
