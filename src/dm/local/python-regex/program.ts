import type { CharacterTest, CodePoints, Repeat, Syntax, SyntaxNode } from './syntax-tree.js';

/** What the matcher does at a place of a program; it goes on with the next unless something else is said. `to` are places, registers are numbers. */
export type Instruction =
  | { readonly op: 'character'; readonly test: CharacterTest }
  /** A repeated character, which needs no counting. */
  | { readonly op: 'run'; readonly test: CharacterTest; readonly repeat: Repeat }
  | { readonly op: 'position'; readonly holds: (text: CodePoints, at: number) => boolean }
  | { readonly op: 'reference'; readonly group: number; readonly fold: (codePoint: number) => number }
  /** Keep the position. */
  | { readonly op: 'mark'; readonly register: number }
  /** Go on with the next, and when that fails there. */
  | { op: 'try'; otherwise: number }
  | { op: 'jump'; to: number }
  /** When a group has matched nothing yet. */
  | { readonly op: 'unless'; readonly group: number; to: number }
  /** Begin to count repetitions. */
  | { readonly op: 'count'; readonly counter: number }
  /** At each end of a repetition, of which `exit` is the way out. */
  | { readonly op: 'repeat'; readonly repeat: Repeat; readonly counter: number; exit: number }
  /** One more repetition, when what comes after them has failed. */
  | { readonly op: 'again'; readonly repeat: Repeat; readonly counter: number }
  /** Match the inside as a whole, from `end` it goes on. */
  | { op: 'atomic'; end: number }
  | { op: 'look'; readonly behind: number; readonly negated: boolean; end: number }
  /** The inside has matched. */
  | { readonly op: 'end' };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly nRegisters: number;
}

/** Registers of a group: where it begins, and in the next where it ends. */
export function groupRegister(group: number): number {
  return 2 * group;
}

/** Make a program of a regular expression. */
export function compile({ root, nGroups }: Syntax): Program {
  const compiler = new Compiler(groupRegister(nGroups + 1));
  compiler.add(root);
  compiler.instructions.push({ op: 'end' });
  return compiler;
}

class Compiler {
  readonly instructions: Instruction[] = [];
  nRegisters: number;

  constructor(nRegisters: number) {
    this.nRegisters = nRegisters;
  }

  add(node: SyntaxNode): void {
    switch (node.kind) {
      case 'character':
        this.#push({ op: 'character', test: node.test });
        break;
      case 'position':
        this.#push({ op: 'position', holds: node.holds });
        break;
      case 'sequence':
        for (const item of node.items) this.add(item);
        break;
      case 'branch':
        this.#branch(node.options);
        break;
      case 'group':
        this.#push({ op: 'mark', register: groupRegister(node.index) });
        this.add(node.body);
        this.#push({ op: 'mark', register: groupRegister(node.index) + 1 });
        break;
      case 'reference':
        this.#push({ op: 'reference', group: node.index, fold: node.fold });
        break;
      case 'repeat':
        this.#repeat(node);
        break;
      case 'atomic':
        this.#enclose({ op: 'atomic', end: 0 }, node.body);
        break;
      case 'look':
        this.#enclose({ op: 'look', behind: node.behind, negated: node.negated, end: 0 }, node.body);
        break;
      case 'conditional': {
        const unless = this.#push({ op: 'unless', group: node.index, to: 0 });
        this.add(node.yes);
        const jump = this.#push({ op: 'jump', to: 0 });
        unless.to = this.#here;
        this.add(node.no);
        jump.to = this.#here;
      }
    }
  }

  get #here(): number {
    return this.instructions.length;
  }

  #push<I extends Instruction>(instruction: I): I {
    this.instructions.push(instruction);
    return instruction;
  }

  #branch(options: readonly SyntaxNode[]): void {
    const jumps: { to: number }[] = [];
    options.forEach((option, index) => {
      const attempt = index < options.length - 1 ? this.#push({ op: 'try', otherwise: 0 }) : undefined;
      this.add(option);
      if (attempt === undefined) return;
      jumps.push(this.#push({ op: 'jump', to: 0 }));
      attempt.otherwise = this.#here;
    });
    for (const jump of jumps) jump.to = this.#here;
  }

  #enclose(instruction: Extract<Instruction, { op: 'atomic' | 'look' }>, body: SyntaxNode): void {
    this.#push(instruction);
    this.add(body);
    this.#push({ op: 'end' });
    instruction.end = this.#here;
  }

  #repeat(repeat: Repeat): void {
    const { mode, body } = repeat;
    const single = singleCharacter(body);
    if (single !== undefined) this.#push({ op: 'run', test: single, repeat });
    else if (mode === 'possessive') {
      // Nothing is taken back, of each repetition either.
      this.add({ kind: 'atomic', body: { ...repeat, mode: 'greedy', body: { kind: 'atomic', body } } });
    } else {
      const counter = this.nRegisters;
      this.nRegisters += 2;
      this.#push({ op: 'count', counter });
      const start = this.#push({ op: 'repeat', repeat, counter, exit: 0 });
      const at = this.#here - 1;
      // A lazy repetition comes here from outside only.
      if (mode === 'lazy') this.#push({ op: 'again', repeat, counter });
      this.add(body);
      this.#push({ op: 'jump', to: at });
      start.exit = this.#here;
    }
  }
}

function singleCharacter(node: SyntaxNode): CharacterTest | undefined {
  if (node.kind === 'character') return node.test;
  const only = node.kind === 'sequence' && node.items.length === 1 ? node.items[0] : undefined;
  return only === undefined ? undefined : singleCharacter(only);
}
