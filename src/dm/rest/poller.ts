import type { PollLoop } from './poll-loop.js';

/** What keeps up to date with one kind of DM's objects by asking for them. */
export class Poller {
  readonly #loops: readonly PollLoop[];

  constructor(...loops: readonly PollLoop[]) {
    this.#loops = loops;
  }

  start(): void {
    for (const loop of this.#loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  /** Poll now: the service answers again. */
  recover(): void {
    for (const loop of this.#loops) loop.poke(true);
  }

  /** The same after a silence, in which answers may have been lost. */
  restart(): void {
    for (const loop of this.#loops) loop.restart();
  }

  /** Poll now, unless it fails anyway. */
  poke(): void {
    for (const loop of this.#loops) loop.poke();
  }

  /** Think again about the pauses: the periods have changed, or what there is to poll. */
  reconsider(): void {
    for (const loop of this.#loops) loop.reconsider();
  }
}
