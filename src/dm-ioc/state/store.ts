import type { Action } from './action.js';
import { reduce } from './reduce.js';
import type { AnySlotRules } from './slot-rules.js';
import type { State } from './state.js';

/** Holds the state, takes actions, and tells who listens. */
export class Store {
  #state: State;
  readonly #kinds: readonly AnySlotRules[];
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();

  constructor(state: State, kinds: readonly AnySlotRules[], now: () => number = Date.now) {
    this.#state = state;
    this.#kinds = kinds;
    this.#now = now;
  }

  get state(): State {
    return this.#state;
  }

  /** Takes what happened at once, in its order, and tells of it once. */
  dispatch(...actions: readonly Action[]): void {
    const nowMs = this.#now();
    const steadyMs = performance.now();
    const next = actions.reduce((state, action) => reduce(state, action, this.#kinds, nowMs, steadyMs), this.#state);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Called after each change; the result ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Resolves with what `select` finds as soon as it isn't undefined.
   * @throws the reason of the signal that aborts first
   */
  when<T>(select: (state: State) => T | undefined, ...signals: readonly AbortSignal[]): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        unsubscribe();
        for (const signal of signals) signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        stop();
        const reason: unknown = signals.find(({ aborted }) => aborted)?.reason;
        reject(reason instanceof Error ? reason : new Error('aborted'));
      };
      const look = (): void => {
        const found = select(this.#state);
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const unsubscribe = this.subscribe(look);
      if (signals.some(({ aborted }) => aborted)) {
        onAbort();
        return;
      }
      for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
      look();
    });
  }
}
