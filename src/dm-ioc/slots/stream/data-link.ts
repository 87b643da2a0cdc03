import { ThrottledNotice } from 'dm';
import type { PvaClient } from 'epics-pva-ts';
import { followPv } from './follow-pv.js';
import { FrameRate } from './frame-rate.js';
import type { DataView } from './stream.js';

/** Only what counts frames: the data itself is never fetched. */
const COUNTING_REQUEST = 'field(uniqueId,timeStamp)';
const REMEDY = 'a DataPv needs the fields uniqueId, a whole number, and timeStamp, as NTNDArray has them';
/** Updates that may wait here before they are squashed. */
const QUEUE_SIZE = 256;
const PERIOD_MS = 200;

/** Follows the PV of a stream's frames, without the frames. */
export class DataLink {
  readonly #stopped = new AbortController();
  readonly #notice: ThrottledNotice;
  readonly #rate = new FrameRate();
  readonly #ticks: NodeJS.Timeout;
  #view: DataView = { isConnected: false, problem: '', count: 0, rate: 0, missed: 0, lastId: 0 };
  /** Null: no frame with an id was seen. */
  #lastId: bigint | null = null;

  constructor(client: PvaClient, pv: string, onChange: (view: DataView) => void) {
    this.#notice = new ThrottledNotice(PERIOD_MS, () => {
      onChange(this.#view);
    });
    // No frame comes to say that none come any more.
    this.#ticks = setInterval(() => {
      if (this.#view.rate !== this.#rate.at(performance.now())) this.#show({});
    }, PERIOD_MS).unref();
    void followPv(client, pv, {
      signal: this.#stopped.signal,
      request: COUNTING_REQUEST,
      queueSize: QUEUE_SIZE,
      remedy: REMEDY,
      onConnection: (problem) => {
        if (problem !== '') this.#rate.reset();
        this.#show({ isConnected: problem === '', problem });
      },
      onUpdate: ({ fields: { uniqueId: id } }, isFirst) => {
        const isNumber = typeof id === 'bigint' || Number.isInteger(id);
        const problem =
          isNumber || id === undefined
            ? ''
            : `${pv}: uniqueId is ${typeof id === 'number' ? id : `no number`}; ${REMEDY}`;
        this.#take(isNumber ? BigInt(id as number | bigint) : null, isFirst, problem);
      },
    });
  }

  close(): void {
    this.#stopped.abort();
    clearInterval(this.#ticks);
    this.#notice.cancel();
  }

  #take(id: bigint | null, isFirst: boolean, problem: string): void {
    const lastId = this.#lastId;
    // Before there are frames, their object shows 0.
    this.#lastId = isFirst && id === 0n ? null : (id ?? lastId);
    const isBeyond = id !== null && lastId !== null && id > lastId;
    // The first after a connection was there before, but for what came while it was lost.
    const isFrame = isFirst ? isBeyond : true;
    if (isFrame) this.#rate.count(performance.now());
    const { count, missed } = this.#view;
    this.#show({
      problem,
      lastId: Number(this.#lastId ?? 0n),
      count: count + (isFrame ? 1 : 0),
      // An id that is not beyond the last one: whoever sends them has begun anew.
      missed: missed + (isBeyond ? Number(id - lastId - 1n) : 0),
    });
  }

  #show(change: Partial<DataView>): void {
    this.#view = { ...this.#view, ...change, rate: this.#rate.at(performance.now()) };
    this.#notice.announce();
  }
}
