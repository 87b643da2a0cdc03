import { Matcher } from './matcher.js';
import { parsePattern } from './parse-pattern.js';
import { compile, type Program } from './program.js';

/**
 * A regular expression of Python's `re`, for text, as Python 3.11 has it: what JavaScript reads otherwise or not at all (`$`, `\w`, `(?P<n>…)`, `{,n}`, `(?x)`,
 * conditions, possessive repetition, groups that keep what an earlier repetition found) means here what it means there.
 */
export class PythonRegex {
  /** In the order in which they stand. */
  readonly groupNames: readonly string[];
  readonly #program: Program;
  readonly #groups: ReadonlyMap<string, number>;

  /** @throws DmInvalidArgumentError with Python's words and the position */
  constructor(pattern: string) {
    const syntax = parsePattern(pattern);
    this.#program = compile(syntax);
    this.#groups = syntax.groupNames;
    this.groupNames = [...this.#groups.keys()];
  }

  /**
   * As `re.search`. It can take for ever, as there.
   * @returns what the named groups found, without those that took no part; undefined when nothing matches
   */
  search(text: string): Record<string, string> | undefined {
    const characters = Array.from(text);
    const matcher = new Matcher(
      this.#program,
      Uint32Array.from(characters, (character) => character.codePointAt(0) ?? 0),
    );
    if (!matcher.search()) return undefined;
    const found = [...this.#groups].flatMap(([name, group]): [string, string][] => {
      const span = matcher.span(group);
      return span === undefined ? [] : [[name, characters.slice(...span).join('')]];
    });
    return Object.fromEntries(found);
  }
}
