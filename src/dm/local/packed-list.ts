import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A queue of plain objects that may be very long: what waits takes a tenth of the memory that it would as objects, and none of the JavaScript heap. */
export class PackedList<T> {
  readonly #chunks: Buffer[] = [];
  #open: T[] = [];
  #length = 0;
  readonly #chunkItems: number;

  /** @param chunkItems how many are packed together, and given back together */
  constructor(chunkItems = 500) {
    this.#chunkItems = chunkItems;
  }

  get length(): number {
    return this.#length;
  }

  push(items: readonly T[]): void {
    this.#length += items.length;
    for (const item of items) {
      this.#open.push(item);
      if (this.#open.length < this.#chunkItems) continue;
      this.#chunks.push(deflateRawSync(JSON.stringify(this.#open), { level: 1 }));
      this.#open = [];
    }
  }

  /** Take the oldest, some at a time. @returns none when the list is empty */
  shift(): T[] {
    const chunk = this.#chunks.shift();
    let items: T[];
    if (chunk === undefined) {
      items = this.#open;
      this.#open = [];
    } else items = JSON.parse(inflateRawSync(chunk).toString()) as T[];
    this.#length -= items.length;
    return items;
  }
}
