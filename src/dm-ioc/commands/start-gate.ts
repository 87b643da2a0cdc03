import { setImmediate, setTimeout } from 'node:timers/promises';
import { CommandError } from '../errors.js';

/**
 * The Channel Access server holds a second put with completion of a channel back until the first is answered, and delivers it then,
 * though its client may be gone. That takes a few thread switches: far less than this, also on a busy machine.
 */
const DELIVERY_MS = 250;

/** The starts of a slot: one at a time, and none while an abort is under way, which ends only when whoever waited in line was refused. */
export class StartGate {
  #starting: Promise<void> | undefined;
  readonly #unanswered = new Set<Promise<void>>();
  #answeredMs = -Infinity;
  readonly #aborts: string[] = [];

  /**
   * Runs `start` while no other start is under way.
   * @param answered resolves when whoever started has been told how it ended
   * @throws CommandError SLOT_BUSY; ABORT_UNDER_WAY, as it may have been put before the abort
   */
  async start(start: () => Promise<void>, answered: Promise<void>): Promise<void> {
    this.#unanswered.add(answered);
    void answered.then(() => {
      this.#unanswered.delete(answered);
      this.#answeredMs = performance.now();
    });
    const abort = this.#aborts.at(-1);
    if (abort !== undefined) {
      throw new CommandError('ABORT_UNDER_WAY', `refused: ${abort} is under way, put again when it has ended`);
    }
    if (this.#starting !== undefined) {
      throw new CommandError('SLOT_BUSY', 'busy: another start is under way in this slot');
    }
    const starting = start();
    this.#starting = starting;
    try {
      await starting;
    } finally {
      this.#starting = undefined;
    }
  }

  /** Resolves when no start is under way. */
  async started(): Promise<void> {
    await this.#starting?.catch(() => undefined);
  }

  /**
   * Runs `abort`, after the start that is under way. Refuses every start meanwhile, and until those that waited behind what it has
   * ended have come and gone; none when nobody can wait.
   * @param name of the command, for people
   */
  async abort(name: string, abort: () => Promise<void>): Promise<void> {
    if (this.#unanswered.size === 0 && this.#restMs() <= 0) {
      await abort();
      return;
    }
    this.#aborts.push(name);
    try {
      await this.started();
      await abort();
      await this.#quiet();
    } finally {
      this.#aborts.splice(this.#aborts.indexOf(name), 1);
    }
  }

  /** So long something may still be delivered that waited behind the last start. */
  #restMs(): number {
    return this.#answeredMs + DELIVERY_MS - performance.now();
  }

  async #quiet(): Promise<void> {
    while (this.#unanswered.size > 0 || this.#restMs() > 0) {
      await Promise.all(this.#unanswered);
      await setTimeout(Math.max(0, this.#restMs()));
      // After a standstill timers come first, then what was put meanwhile.
      await setImmediate();
    }
  }
}

/** The gates of all slots, by kind and number from 1. */
export type StartGates = (kind: string, slot: number) => StartGate;

export function startGates(): StartGates {
  const gates = new Map<string, StartGate>();
  return (kind, slot) => {
    const key = `${kind}${slot}`;
    const gate = gates.get(key) ?? new StartGate();
    gates.set(key, gate);
    return gate;
  };
}
