import { type DataManagement, DmObjectNotFoundError, errorText, isTerminalStatus, type Watch } from 'dm';
import type { Logger } from 'pino';
import type { SlotArea } from '../state/action.js';
import type { State } from '../state/state.js';
import type { Store } from '../state/store.js';

const SERVICE_OF = { daq: 'DAQ', upload: 'DAQ', workflow: 'PROC' } as const;

interface Held {
  readonly area: SlotArea;
  readonly slot: number;
  readonly id: string;
  readonly owner: string;
  readonly isKnown: boolean;
  readonly isActive: boolean;
}

/** What the slots hold, in one form. */
function heldBy(state: State, dmOwner: string): Held[] {
  const held: Held[] = [];
  const add = (
    area: SlotArea,
    slots: readonly { readonly id: string }[],
    objectOf: (index: number) => { readonly status: string; readonly owner?: string } | null | undefined,
    ownerOf: (index: number) => string,
  ): void => {
    slots.forEach(({ id }, index) => {
      if (id === '') return;
      const object = objectOf(index) ?? null;
      const isActive = object === null || !isTerminalStatus(object.status);
      held.push({ area, slot: index + 1, id, owner: ownerOf(index), isKnown: object !== null, isActive });
    });
  };
  const none = (): string => '';
  add('daq', state.daqSlots, (index) => state.daqSlots[index]?.daq, none);
  add('upload', state.uploadSlots, (index) => state.uploadSlots[index]?.upload, none);
  add(
    'workflow',
    state.workflowSlots,
    (index) => state.workflowSlots[index]?.job,
    (index) => {
      const slot = state.workflowSlots[index];
      const owner = slot?.job?.owner ?? slot?.inputs.owner ?? '';
      return owner === '' ? dmOwner : owner;
    },
  );
  return held;
}

/**
 * Keeps DM's interest in what the slots hold, and asks once for each newly held object as a whole. An id from before a restart that
 * DM no longer knows is forgotten with a message; one that can't be asked for now is asked for again when the service is back.
 */
export class SlotFollower {
  readonly #dm: DataManagement;
  readonly #store: Store;
  readonly #log: Logger;
  readonly #watches = new Map<string, Watch>();
  /** Ids that were asked for. */
  readonly #asked = new Set<string>();
  readonly #asking = new Set<string>();
  #health: State['health'] | undefined;
  #unsubscribe: (() => void) | undefined;
  #isClosed = false;

  constructor(dm: DataManagement, store: Store, log: Logger) {
    this.#dm = dm;
    this.#store = store;
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
    const isServiceNews = state.health !== this.#health;
    this.#health = state.health;
    const wanted = new Set<string>();
    for (const held of heldBy(state, this.#dm.owner)) {
      const key = `${held.area}${held.slot}/${held.id}`;
      wanted.add(key);
      if (held.isActive && held.isKnown && !this.#watches.has(key)) this.#watches.set(key, this.#watch(held));
      if (!held.isActive) this.#unwatch(key);
      const isWorthAnother = !held.isKnown && isServiceNews && state.health[SERVICE_OF[held.area]].connected;
      if (!this.#asked.has(key) || (isWorthAnother && !this.#asking.has(key))) {
        this.#asked.add(key);
        this.#asking.add(key);
        void this.#ask(held).finally(() => this.#asking.delete(key));
      }
    }
    for (const key of [...this.#watches.keys()]) if (!wanted.has(key)) this.#unwatch(key);
    for (const key of [...this.#asked]) if (!wanted.has(key)) this.#asked.delete(key);
  }

  #unwatch(key: string): void {
    this.#watches.get(key)?.[Symbol.dispose]();
    this.#watches.delete(key);
  }

  #watch({ area, id, owner }: Held): Watch {
    if (area === 'daq') return this.#dm.watchDaq(id);
    return area === 'upload' ? this.#dm.watchUpload(id) : this.#dm.watchJob(owner, id);
  }

  async #ask({ area, slot, id, owner, isKnown }: Held): Promise<void> {
    try {
      if (area === 'daq') this.#store.dispatch({ type: 'daqs', daqs: [await this.#dm.daqs.get(id)] });
      else if (area === 'upload') this.#store.dispatch({ type: 'uploads', uploads: [await this.#dm.uploads.get(id)] });
      else this.#store.dispatch({ type: 'jobs', jobs: [await this.#dm.jobs.get(owner, id)] });
    } catch (error) {
      if (this.#isClosed) return;
      const reason = errorText(error);
      this.#log.warn({ area, slot, id, reason }, 'the held object could not be read');
      if (error instanceof DmObjectNotFoundError && !isKnown) {
        this.#store.dispatch({ type: 'slotCleared', area, slot });
        this.#store.dispatch({
          type: 'message',
          text: `${area} slot ${slot}: DM no longer knows ${id}, forgotten`,
          severity: 'MINOR',
        });
      }
    }
  }
}
