import type { PvReading } from './pv-reading.js';
import { StreamEnd } from './stream-end.js';

/** What a PV of a slot shows, by the PV's name in the slot. */
export interface SlotReading {
  readonly name: string;
  readonly reading: PvReading;
}

function idIn({ value }: PvReading): unknown {
  return (value as Readonly<Record<string, unknown>>)['streamId'];
}

/** Keeps a stream that had ended before the watching began from being told as news. */
export class EndedBefore {
  readonly #onEnded: (streamId: string, state: PvReading) => void;
  /** What came before it was known whether one has ended; null: it is known. */
  #early: SlotReading[] | null = [];
  #endedId: unknown;
  #isNextThere = false;
  /** Of the stream that has ended; undefined: not seen. */
  #oldError: unknown;

  /** @param onEnded there was one that has ended: it is told here, and nowhere else */
  constructor(onEnded: (streamId: string, state: PvReading) => void) {
    this.#onEnded = onEnded;
  }

  /** What is news, in the order in which it came. */
  newsOf(one: SlotReading): readonly SlotReading[] {
    if (this.#early === null) return this.#isNews(one) ? [one] : [];
    this.#early.push(one);
    const state = this.#early.findLast(({ name }) => name === 'State');
    const report = this.#early.findLast(({ name }) => name === 'Report');
    if (state === undefined || report === undefined) return [];
    const early = this.#early;
    this.#early = null;
    this.#isNextThere = !StreamEnd.isIn(state.reading.value);
    if (!this.#isNextThere) {
      this.#endedId = idIn(report.reading);
      this.#onEnded(String(this.#endedId), state.reading);
    }
    return early.filter((known) => this.#isNews(known));
  }

  #isNews({ name, reading }: SlotReading): boolean {
    if (this.#endedId === undefined) return true;
    if (name === 'ErrorMessage') {
      this.#oldError ??= reading.value;
      return this.#isNextThere || reading.value !== this.#oldError;
    }
    const isOld = name === 'State' ? StreamEnd.isIn(reading.value) : idIn(reading) === this.#endedId;
    if (!isOld) this.#isNextThere = true;
    return !isOld || (name === 'State' && this.#isNextThere);
  }
}
