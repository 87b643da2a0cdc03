import { ThrottledNotice } from 'dm';
import type { PvaClient } from 'epics-pva-ts';
import type { DataView } from './stream.js';

/** Only what counts frames: the data itself is never fetched. */
const COUNTING_REQUEST = 'field(uniqueId,timeStamp)';
/** Updates that may wait here before they are squashed. */
const QUEUE_SIZE = 256;
const PERIOD_MS = 200;
/** The rate is that of so long. */
const RATE_MS = 2000;

/** Follows the PV of a stream's frames, without the frames. */
export class DataLink {
  readonly #stopped = new AbortController();
  readonly #notice: ThrottledNotice;
  #view: DataView = { isConnected: false, count: 0, rate: 0, missed: 0, lastId: 0 };
  #times: number[] = [];

  constructor(client: PvaClient, pv: string, onChange: (view: DataView) => void) {
    this.#notice = new ThrottledNotice(PERIOD_MS, () => {
      onChange(this.#view);
    });
    void this.#follow(client, pv);
  }

  close(): void {
    this.#stopped.abort();
    this.#notice.cancel();
  }

  async #follow(client: PvaClient, pv: string): Promise<void> {
    const monitor = client.monitor(pv, {
      request: COUNTING_REQUEST,
      queueSize: QUEUE_SIZE,
      signal: this.#stopped.signal,
      onConnection: (isConnected) => {
        this.#show({ isConnected });
      },
    });
    let isFirst = true;
    try {
      for await (const update of monitor) {
        const id = update.fields['uniqueId'];
        // The first is what was there before.
        if (isFirst) this.#show({ isConnected: true, lastId: Number(id ?? 0) });
        else this.#count(id === undefined ? null : Number(id));
        isFirst = false;
      }
    } catch {
      if (!this.#stopped.signal.aborted) this.#show({ isConnected: false });
    }
  }

  #count(id: number | null): void {
    const nowMs = performance.now();
    const { count, missed, lastId } = this.#view;
    this.#times = [...this.#times.filter((time) => nowMs - time < RATE_MS), nowMs];
    // An id that is not beyond the last one: whoever sends them has begun anew.
    const gap = id !== null && id > lastId && lastId > 0 ? id - lastId - 1 : 0;
    this.#show({ count: count + 1, missed: missed + gap, lastId: id ?? lastId, rate: this.#rate(nowMs) });
  }

  #rate(nowMs: number): number {
    const first = this.#times[0] ?? nowMs;
    return nowMs > first ? ((this.#times.length - 1) / (nowMs - first)) * 1000 : 0;
  }

  #show(change: Partial<DataView>): void {
    this.#view = { ...this.#view, ...change };
    this.#notice.announce();
  }
}
