import { lineTransport, type LineTransport } from './line-transport.js';

const CAPACITY_BYTES = 1024 * 1024;
const CHUNK_LINES = 256;

/**
 * Lines to stdout or stderr, whose reader may be slow, stuck or gone, or whose disk may be full: nobody waits for it and nothing
 * fails. What finds no room, or can't be written, is lost and counted.
 */
export class LineOutput {
  /** Called when lines can be written again after some were lost, to say so by a line. */
  onLoss: (lines: number) => void = () => undefined;
  readonly #transport: LineTransport;
  readonly #capacityBytes: number;
  #queue: string[] = [];
  #queuedBytes = 0;
  #isQueueing = false;
  #isWriting = false;
  #isFull = false;
  #lost = 0;
  #onIdle: (() => void) | undefined;

  /** @param fd 1 or 2 */
  constructor(fd: 1 | 2, { capacityBytes = CAPACITY_BYTES, transport = lineTransport(fd) } = {}) {
    this.#capacityBytes = capacityBytes;
    this.#transport = transport;
  }

  /**
   * From now on lines wait in a queue for whoever takes them, so that a slow disk holds up nothing either. Before, each is written
   * at once as far as it is taken: while EPICS loads databases it keeps what other threads write to stderr.
   */
  startQueue(): void {
    this.#isQueueing = true;
  }

  /** @param line with its end */
  write(line: string): void {
    if (!this.#isQueueing) {
      this.#transport.writeNow(line);
      return;
    }
    const sizeBytes = Buffer.byteLength(line);
    if (this.#isFull || this.#queuedBytes + sizeBytes > this.#capacityBytes) {
      // Until the queue is empty, so that what is lost is lost in one piece.
      this.#isFull = this.#isWriting;
      this.#lost += 1;
      return;
    }
    this.#queue.push(line);
    this.#queuedBytes += sizeBytes;
    this.#writeNext();
  }

  /** Resolves when all is written or lost, at the latest after the limit. */
  async flush(limitMs: number): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** For the end of the process: hand over what is queued as far as it is taken at once. */
  flushNow(): void {
    this.#transport.writeNow(this.#queue.splice(0).join(''));
  }

  #writeNext(): void {
    if (this.#isWriting) return;
    const lines = this.#queue.splice(0, CHUNK_LINES);
    if (lines.length === 0) {
      this.#isFull = false;
      this.#onIdle?.();
      return;
    }
    const chunk = lines.join('');
    this.#isWriting = true;
    this.#transport.write(chunk, (error) => {
      this.#isWriting = false;
      this.#queuedBytes -= Buffer.byteLength(chunk);
      if (error !== null) this.#lost += lines.length;
      else if (this.#queue.length === 0) this.#tellLoss();
      this.#writeNext();
    });
  }

  #tellLoss(): void {
    this.#isFull = false;
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.onLoss(lost);
  }
}
