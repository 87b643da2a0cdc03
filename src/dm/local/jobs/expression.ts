import { DmInvalidArgumentError } from '../../errors.js';

/** The value of a variable, or undefined when the job has none of that name. */
export type VariableLookup = (name: string) => string | undefined;

interface Operand {
  readonly text: string;
  readonly quoted: boolean;
}

type Node = (lookup: VariableLookup) => boolean;
type OperandNode = (lookup: VariableLookup) => Operand;

const TOKEN = /\s*(?:(==|!=|<=|>=|<|>|\(|\)|&&|\|\||!)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"'()<>=!&|]+))/uy;
const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/gu;

interface Token {
  readonly kind: 'operator' | 'word' | 'string';
  readonly text: string;
}

/**
 * A condition of a workflow stage (`runIf`, `repeatUntil`): quoted strings, numbers and `$variables`, compared with == != < > <= >=, joined with and, or, not
 * and parentheses. Parsed before variables get their values, so a value can never become a part of the expression; nothing is ever evaluated as code.
 * Two values that both look like numbers are compared as numbers.
 */
export class Expression {
  readonly #text: string;
  readonly #root: Node;

  /** @throws DmInvalidArgumentError that shows where the expression is wrong */
  constructor(text: string) {
    this.#text = text;
    this.#root = new Parser(text, tokenize(text)).parse();
  }

  /** @throws DmInvalidArgumentError for a variable that the job doesn't have */
  evaluate(lookup: VariableLookup): boolean {
    return this.#root((name) => {
      const value = lookup(name);
      if (value === undefined)
        throw new DmInvalidArgumentError(`Expression ${this.#text}: the job has no variable $${name}.`);
      return value;
    });
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null)
      throw new DmInvalidArgumentError(`Expression ${text}: can't read "${text.slice(start).trim()}".`);
    const string = match[2] ?? match[3];
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replace(/\\(.)/gu, '$1') });
    else if (match[1] !== undefined) tokens.push({ kind: 'operator', text: match[1] });
    else tokens.push({ kind: 'word', text: match[4] ?? '' });
  }
  return tokens;
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  parse(): Node {
    const root = this.#or();
    if (this.#next < this.#tokens.length) this.#fail();
    return root;
  }

  #or(): Node {
    let left = this.#and();
    while (this.#take('or', '||')) {
      const [a, b] = [left, this.#and()];
      left = (lookup) => a(lookup) || b(lookup);
    }
    return left;
  }

  #and(): Node {
    let left = this.#not();
    while (this.#take('and', '&&')) {
      const [a, b] = [left, this.#not()];
      left = (lookup) => a(lookup) && b(lookup);
    }
    return left;
  }

  #not(): Node {
    if (this.#take('not', '!')) {
      const inner = this.#not();
      return (lookup) => !inner(lookup);
    }
    if (this.#take('(')) {
      const inner = this.#or();
      if (!this.#take(')')) this.#fail();
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Node {
    const left = this.#operand();
    const operator = this.#tokens[this.#next];
    if (operator?.kind !== 'operator' || !(operator.text in COMPARISONS)) return (lookup) => isTrue(left(lookup).text);
    this.#next++;
    const compare = COMPARISONS[operator.text] ?? this.#fail();
    const right = this.#operand();
    return (lookup) => compare(order(left(lookup), right(lookup)));
  }

  #operand(): OperandNode {
    const token = this.#tokens[this.#next++];
    if (token === undefined || token.kind === 'operator') return this.#fail();
    const quoted = token.kind === 'string';
    return (lookup) => ({
      text: token.text.replace(
        VARIABLE,
        (_all, braced: string | undefined, bare: string | undefined) => lookup(braced ?? bare ?? '') ?? '',
      ),
      quoted,
    });
  }

  #take(...texts: string[]): boolean {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.kind === 'string' || !texts.includes(token.text)) return false;
    this.#next++;
    return true;
  }

  #fail(): never {
    const near = this.#tokens[this.#next]?.text ?? 'its end';
    throw new DmInvalidArgumentError(`Expression ${this.#text} is wrong near ${near}.`);
  }
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

/** Negative, 0 or positive. */
function order(left: Operand, right: Operand): number {
  const [a, b] = [numberOf(left.text), numberOf(right.text)];
  if (a !== undefined && b !== undefined) return a === b ? orderOfDigits(left.text, right.text) : a - b;
  return left.text < right.text ? -1 : Number(left.text > right.text);
}

/** Whole numbers beyond 2^53 may be one number to JavaScript. */
function orderOfDigits(left: string, right: string): number {
  if (![left, right].every((text) => /^\s*-?\d{16,}\s*$/u.test(text))) return 0;
  const difference = BigInt(left) - BigInt(right);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function numberOf(text: string): number | undefined {
  return /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*$/u.test(text) ? Number(text) : undefined;
}

function isTrue(text: string): boolean {
  return text !== '' && numberOf(text) !== 0 && text.toLowerCase() !== 'false';
}
