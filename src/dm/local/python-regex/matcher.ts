import { groupRegister, type Instruction, type Program } from './program.js';
import type { CharacterTest, CodePoints } from './syntax-tree.js';

const UNSET = -1;

/** What is on the stack, each with three numbers. */
const Entry = {
  /** Give a register its value back. */
  restore: 0,
  /** Go on at a place of the program, at a position. */
  resume: 1,
  /** The same, with a run that is one character shorter, down to a position. */
  shorter: 2,
  /** At a run that takes one character more, up to a position. */
  longer: 3,
} as const;
const ENTRY_SIZE = 4;

/** Runs a program on a text, and tries all ways in the order in which Python does; the stack holds those that are left. */
export class Matcher {
  readonly #instructions: readonly Instruction[];
  readonly #text: CodePoints;
  /** Positions of groups, and of each repetition how many there were and where the last began. */
  readonly #registers: Int32Array;
  readonly #stack: number[] = [];
  /** Where it goes on after a way that failed. */
  #place = 0;
  #at = 0;

  constructor({ instructions, nRegisters }: Program, text: CodePoints) {
    this.#instructions = instructions;
    this.#text = text;
    this.#registers = new Int32Array(nRegisters);
  }

  /** Find the first match. It can take for ever. @returns whether there is one */
  search(): boolean {
    const first = this.#firstTest();
    for (let start = 0; start <= this.#text.length; start++) {
      if (first?.(this.#text[start] ?? UNSET) === false) continue;
      this.#registers.fill(UNSET);
      this.#stack.length = 0;
      if (this.#run(0, start) !== UNSET) return true;
    }
    return false;
  }

  /** Where a group of the match begins and ends; undefined when it took no part. */
  span(group: number): readonly [number, number] | undefined {
    const start = this.#register(groupRegister(group));
    const end = this.#register(groupRegister(group) + 1);
    return start === UNSET || end < start ? undefined : [start, end];
  }

  /** What a match must begin with, so that most positions need no try; undefined when that isn't plain. */
  #firstTest(): CharacterTest | undefined {
    const first = this.#instructions.find(({ op }) => op !== 'mark');
    const isPlain = first?.op === 'character' || (first?.op === 'run' && first.repeat.min > 0);
    return isPlain ? first.test : undefined;
  }

  /** @returns the position at the end, or UNSET when there is no way */
  #run(startPlace: number, startAt: number): number {
    const text = this.#text;
    const base = this.#stack.length;
    let place = startPlace;
    let at = startAt;
    for (;;) {
      const instruction = this.#instructions[place++];
      let goesOn = true;
      switch (instruction?.op) {
        case 'character': {
          const codePoint = text[at++];
          goesOn = codePoint !== undefined && instruction.test(codePoint);
          break;
        }
        case 'run': {
          const end = this.#takeRun(instruction, place, at);
          goesOn = end !== UNSET;
          at = end;
          break;
        }
        case 'position':
          goesOn = instruction.holds(text, at);
          break;
        case 'reference': {
          const end = this.#takeReference(instruction, at);
          goesOn = end !== UNSET;
          at = end;
          break;
        }
        case 'mark':
          this.#set(instruction.register, at);
          break;
        case 'try':
          this.#stack.push(Entry.resume, instruction.otherwise, at, 0);
          break;
        case 'jump':
          place = instruction.to;
          break;
        case 'unless':
          if (this.span(instruction.group) === undefined) place = instruction.to;
          break;
        case 'count':
          this.#set(instruction.counter, 0);
          this.#set(instruction.counter + 1, UNSET);
          break;
        case 'repeat':
          place = this.#atRepetition(instruction, place, at);
          break;
        case 'again':
          goesOn = this.#repeats(instruction, at);
          break;
        case 'atomic': {
          const inner = this.#stack.length;
          const end = this.#run(place, at);
          goesOn = end !== UNSET;
          this.#commit(inner);
          at = end;
          place = instruction.end;
          break;
        }
        case 'look': {
          const inner = this.#stack.length;
          const from = at - instruction.behind;
          const isFound = from >= 0 && this.#run(place, from) !== UNSET;
          if (instruction.negated) this.#unwind(inner);
          else this.#commit(inner);
          goesOn = isFound !== instruction.negated;
          place = instruction.end;
          break;
        }
        default:
          return at;
      }
      if (goesOn) continue;
      if (!this.#backtrack(base)) return UNSET;
      place = this.#place;
      at = this.#at;
    }
  }

  /** @returns the end of the run */
  #takeRun(
    { test, repeat: { min, max, mode } }: Extract<Instruction, { op: 'run' }>,
    next: number,
    at: number,
  ): number {
    const text = this.#text;
    const least = at + min;
    const most = Math.min(text.length, at + max);
    const wanted = mode === 'lazy' ? Math.min(least, most) : most;
    let end = at;
    while (end < wanted && test(text[end] ?? UNSET)) end++;
    if (end < least) return UNSET;
    if (mode === 'greedy' && end > least) this.#stack.push(Entry.shorter, next, end, least);
    if (mode === 'lazy' && end < most) this.#stack.push(Entry.longer, next - 1, end, most);
    return end;
  }

  #takeReference({ group, fold }: Extract<Instruction, { op: 'reference' }>, at: number): number {
    const span = this.span(group);
    if (span === undefined) return UNSET;
    const [start, end] = span;
    if (at + end - start > this.#text.length) return UNSET;
    for (let offset = 0; offset < end - start; offset++) {
      if (fold(this.#text[start + offset] ?? UNSET) !== fold(this.#text[at + offset] ?? UNSET)) return UNSET;
    }
    return at + end - start;
  }

  /** @returns where it goes on */
  #atRepetition(instruction: Extract<Instruction, { op: 'repeat' }>, next: number, at: number): number {
    const { repeat, counter, exit } = instruction;
    const isLazy = repeat.mode === 'lazy';
    const count = this.#register(counter);
    if (count < repeat.min) {
      this.#set(counter, count + 1);
      return isLazy ? next + 1 : next;
    }
    const before = this.#stack.length;
    this.#stack.push(Entry.resume, isLazy ? next : exit, at, 0);
    if (isLazy) return exit;
    if (this.#repeats(instruction, at)) return next;
    this.#stack.length = before;
    return exit;
  }

  /** Begin one more repetition. One that would begin where the last began, which matched nothing, is none. */
  #repeats({ repeat, counter }: Extract<Instruction, { op: 'repeat' | 'again' }>, at: number): boolean {
    const count = this.#register(counter);
    if (count >= repeat.max || at === this.#register(counter + 1)) return false;
    this.#set(counter, count + 1);
    this.#set(counter + 1, at);
    return true;
  }

  #register(register: number): number {
    return this.#registers[register] ?? UNSET;
  }

  #set(register: number, value: number): void {
    this.#stack.push(Entry.restore, register, this.#register(register), 0);
    this.#registers[register] = value;
  }

  /** Take the next way that is left: `#place` and `#at`. @returns false when there is none */
  #backtrack(base: number): boolean {
    const stack = this.#stack;
    while (stack.length > base) {
      const top = stack.length - ENTRY_SIZE;
      const [kind, first, second] = [stack[top], stack[top + 1] ?? 0, stack[top + 2] ?? 0];
      const isRun = kind === Entry.shorter || kind === Entry.longer;
      const at = kind === Entry.longer ? second + 1 : second - 1;
      // A run may change once more, unless it is as long then as it may be.
      if (isRun && at !== stack[top + 3]) stack[top + 2] = at;
      else stack.length = top;
      if (kind === Entry.restore) this.#registers[first] = second;
      else if (kind === Entry.longer) {
        const run = this.#instructions[first];
        if (run?.op !== 'run' || !run.test(this.#text[second] ?? UNSET)) {
          stack.length = top;
          continue;
        }
        this.#goTo(first + 1, at);
        return true;
      } else {
        this.#goTo(first, kind === Entry.shorter ? at : second);
        return true;
      }
    }
    return false;
  }

  #goTo(place: number, at: number): void {
    this.#place = place;
    this.#at = at;
  }

  /** Forget the ways that are left, but not how to come back from here. */
  #commit(base: number): void {
    const entries = this.#stack.splice(base);
    for (let index = 0; index < entries.length; index += ENTRY_SIZE)
      if (entries[index] === Entry.restore) this.#stack.push(...entries.slice(index, index + ENTRY_SIZE));
  }

  /** Come back to where the stack was so high. */
  #unwind(base: number): void {
    const stack = this.#stack;
    for (let top = stack.length - ENTRY_SIZE; top >= base; top -= ENTRY_SIZE)
      if (stack[top] === Entry.restore) this.#registers[stack[top + 1] ?? 0] = stack[top + 2] ?? UNSET;
    stack.length = base;
  }
}
