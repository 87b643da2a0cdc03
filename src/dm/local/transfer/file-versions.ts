import { randomInt } from 'node:crypto';

/** A power of two, so that a table's growth never takes long. */
const N_TABLES = 256;
const FIRST_SLOTS = 16;
const WORDS = 4;
const MAX_LOAD = 0.75;
const STORED = 1;
const FOUND = 2;
const FORGOTTEN = 3;

interface Table {
  /** Two words of the path's hash, one and a part of the version's, whose lowest two bits are the state; 0 is a free slot. */
  words: Uint32Array;
  used: number;
}

/**
 * Which version of each path is known, and whether it is stored. Of paths and versions only hashes are kept, so a million of them takes some 30 MB: 64 bits of a path,
 * 62 of its version. Two paths of a million that share a hash (once in thirty million trees) would take each other's place and be seen as changed, so nothing is missed.
 */
export class FileVersions {
  readonly #tables: Table[] = Array.from({ length: N_TABLES }, () => ({
    words: new Uint32Array(FIRST_SLOTS * WORDS),
    used: 0,
  }));
  /** Not to be foreseen by who names files. */
  readonly #seeds = [randomInt(2 ** 32), randomInt(2 ** 32)] as const;

  set(path: string, version: string, stored: boolean): void {
    const [high, low] = this.#hash(path);
    const table = this.#tableOf(low);
    if ((table.used + 1) * WORDS > table.words.length * MAX_LOAD) grow(table);
    const at = slotOf(table.words, high, low);
    if (table.words[at + 3] === 0) table.used++;
    const [first, second] = this.#hash(version);
    table.words.set([high, low, first, ((second & ~3) | (stored ? STORED : FOUND)) >>> 0], at);
  }

  /** Whether this version of the path is the known one. */
  has(path: string, version: string): boolean {
    const [table, at] = this.#find(path);
    const [first, second] = this.#hash(version);
    const last = table[at + 3] ?? 0;
    return isKnown(last) && table[at + 2] === first && (last & ~3) === (second & ~3);
  }

  /** Whether a version of the path, whichever, is stored. */
  isStored(path: string): boolean {
    const [table, at] = this.#find(path);
    return ((table[at + 3] ?? 0) & 3) === STORED;
  }

  delete(path: string): void {
    const [table, at] = this.#find(path);
    const last = table[at + 3] ?? 0;
    // The slot stays taken: others may have been put behind it.
    if (last !== 0) table[at + 3] = FORGOTTEN;
  }

  #find(path: string): [words: Uint32Array, at: number] {
    const [high, low] = this.#hash(path);
    const { words } = this.#tableOf(low);
    return [words, slotOf(words, high, low)];
  }

  #tableOf(low: number): Table {
    return this.#tables[low % N_TABLES] ?? { words: new Uint32Array(FIRST_SLOTS * WORDS), used: 0 };
  }

  #hash(text: string): [high: number, low: number] {
    return [hash(text, this.#seeds[0]), hash(text, this.#seeds[1])];
  }
}

function isKnown(last: number): boolean {
  return (last & 3) === STORED || (last & 3) === FOUND;
}

/** Where the path's words are, or the free slot where they belong. */
function slotOf(words: Uint32Array, high: number, low: number): number {
  const slots = words.length / WORDS;
  for (let slot = (low >>> 8) % slots; ; slot = (slot + 1) % slots) {
    const at = slot * WORDS;
    if (words[at + 3] === 0 || (words[at] === high && words[at + 1] === low)) return at;
  }
}

function grow(table: Table): void {
  const before = table.words;
  table.words = new Uint32Array(before.length * 2);
  for (let at = 0; at < before.length; at += WORDS) {
    const [high = 0, low = 0, , last = 0] = before.subarray(at, at + WORDS);
    if (last !== 0) table.words.set(before.subarray(at, at + WORDS), slotOf(table.words, high, low));
  }
}

/** 32 bits of a text: multiply and shift, as many hashes do; two seeds give two that have nothing to do with each other. */
function hash(text: string, seed: number): number {
  let state = seed ^ text.length;
  for (let at = 0; at < text.length; at++) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x9e3779b1);
    state ^= state >>> 15;
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
