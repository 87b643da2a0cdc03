import { type DataManagement, DmObjectNotFoundError, errorText, type Watch } from 'dm';
import type { Logger } from 'pino';
import type { SlotKind } from '../slots/slot-kind.js';
import { isActive } from '../state/active.js';
import type { SlotState, State } from '../state/state.js';
import type { Store } from '../state/store.js';

/** What a slot holds. */
interface Held {
  readonly kind: SlotKind;
  /** From 1. */
  readonly number: number;
  readonly slot: SlotState;
}

/**
 * Keeps DM's interest in what the slots hold, and asks once for each newly held object as a whole. An id from before a restart that
 * DM no longer knows is forgotten with a message; one that can't be asked for now is asked for again when the service is back.
 */
export class SlotFollower {
  readonly #dm: DataManagement;
  readonly #store: Store;
  readonly #kinds: readonly SlotKind[];
  readonly #log: Logger;
  readonly #watches = new Map<string, Watch>();
  /** Ids that were asked for. */
  readonly #asked = new Set<string>();
  readonly #asking = new Set<string>();
  #seen: State | undefined;
  #unsubscribe: (() => void) | undefined;
  #isClosed = false;

  constructor(dm: DataManagement, store: Store, kinds: readonly SlotKind[], log: Logger) {
    this.#dm = dm;
    this.#store = store;
    this.#kinds = kinds;
    this.#log = log;
  }

  start(): void {
    this.#unsubscribe = this.#store.subscribe(() => {
      this.#follow();
    });
    this.#follow();
  }

  stop(): void {
    this.#isClosed = true;
    this.#unsubscribe?.();
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
  }

  #follow(): void {
    const { state } = this.#store;
    const seen = this.#seen;
    this.#seen = state;
    const isServiceNews = state.health !== seen?.health;
    if (!isServiceNews && state.slots === seen.slots) return;
    const wanted = new Set<string>();
    for (const held of this.#held(state)) {
      const { kind, number, slot } = held;
      const key = `${kind.name}${number}/${slot.id}`;
      wanted.add(key);
      if (isActive(slot.object)) this.#watch(key, held);
      else if (slot.object !== null) this.#unwatch(key);
      const isWorthAnother = slot.object === null && isServiceNews && state.health[kind.service].connected;
      if (!this.#asked.has(key) || (isWorthAnother && !this.#asking.has(key))) {
        this.#asked.add(key);
        this.#asking.add(key);
        void this.#ask(held).finally(() => this.#asking.delete(key));
      }
    }
    for (const key of [...this.#watches.keys()]) if (!wanted.has(key)) this.#unwatch(key);
    for (const key of [...this.#asked]) if (!wanted.has(key)) this.#asked.delete(key);
  }

  #held({ slots }: State): Held[] {
    return this.#kinds.flatMap((kind) =>
      (slots[kind.name] ?? [])
        .map((slot, index) => ({ kind, number: index + 1, slot }))
        .filter(({ slot }) => slot.id !== ''),
    );
  }

  #watch(key: string, { kind, slot }: Held): void {
    const watch = kind.objects?.watch;
    if (watch !== undefined && !this.#watches.has(key)) this.#watches.set(key, watch(this.#dm, slot.id, slot));
  }

  #unwatch(key: string): void {
    this.#watches.get(key)?.[Symbol.dispose]();
    this.#watches.delete(key);
  }

  async #ask({ kind: { name, objects }, number, slot }: Held): Promise<void> {
    const { id } = slot;
    if (objects === undefined) return;
    try {
      const object = await objects.get(this.#dm, id, slot);
      this.#store.dispatch({ type: 'objects', kind: name, objects: [object] });
    } catch (error) {
      if (this.#isClosed) return;
      this.#log.warn({ area: name, slot: number, id, reason: errorText(error) }, 'the held object could not be read');
      if (!(error instanceof DmObjectNotFoundError) || slot.object !== null) return;
      this.#store.dispatch(
        { type: 'slotCleared', kind: name, slot: number },
        { type: 'message', text: `${name} slot ${number}: DM no longer knows ${id}, forgotten`, severity: 'MINOR' },
      );
    }
  }
}
