import { errorText, type DataManagement, type DmChange, type DmChanges } from 'dm';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Area } from '../registry/area.js';
import type { Action } from '../state/action.js';
import type { Store } from '../state/store.js';

/** So many objects are taken in one turn: others must not wait while a long list comes in. */
const TURN = 500;

/** Brings what DM tells into the state: its changes as they come, all at once what it tells at once, and its lists at the start. */
export class DmFeed {
  readonly #dm: DataManagement;
  readonly #store: Store;
  readonly #areas: readonly Area[];
  readonly #log: Logger;
  #untaken: readonly DmChange[] = [];
  #isTaking = false;
  #unsubscribe: () => void = () => undefined;

  constructor(dm: DataManagement, store: Store, areas: readonly Area[], log: Logger) {
    this.#dm = dm;
    this.#store = store;
    this.#areas = areas;
    this.#log = log;
  }

  start(): void {
    this.#unsubscribe = this.#dm.changes.subscribe((changes) => {
      this.#untaken = this.#untaken.length === 0 ? changes : [...this.#untaken, ...changes];
      if (!this.#isTaking) void this.#takeInTurns();
    });
    this.#store.dispatch(...this.#dm.health().map((health) => ({ type: 'health', health }) as const));
  }

  /** Asks for all lists. A service that doesn't answer is no failure: its health tells, and its events follow when it is back. */
  async loadLists(): Promise<void> {
    const lists = this.#areas.flatMap((area) => area.lists ?? []);
    await Promise.all(
      lists.map(async ({ what, load }) => {
        try {
          await this.#dispatchInTurns(await load(this.#dm));
        } catch (error) {
          this.#log.warn({ reason: errorText(error) }, `no list of ${what}`);
        }
      }),
    );
  }

  stop(): void {
    this.#unsubscribe();
    this.#untaken = [];
  }

  /** The first changes at once, so that PVs show them before the next file is read or process started; many in turns. */
  async #takeInTurns(): Promise<void> {
    this.#isTaking = true;
    while (this.#untaken.length > 0) {
      const changes = this.#untaken.slice(0, TURN);
      this.#untaken = this.#untaken.slice(TURN);
      try {
        this.#store.dispatch(...merged(changes.flatMap((change) => this.#actionsOf(change))));
      } catch (error) {
        this.#log.error({ reason: errorText(error) }, 'changes of DM were not taken');
      }
      if (this.#untaken.length > 0) await setImmediate();
    }
    this.#isTaking = false;
  }

  #actionsOf<K extends keyof DmChanges>({ kind, value }: { readonly kind: K; readonly value: DmChanges[K] }): Action[] {
    return this.#areas.flatMap(({ changes }) => changes?.[kind]?.(value, this.#store.state) ?? []);
  }

  async #dispatchInTurns(action: Action): Promise<void> {
    if (action.type !== 'objects') {
      this.#store.dispatch(action);
      return;
    }
    for (let at = 0; at < action.objects.length; at += TURN) {
      this.#store.dispatch({ ...action, objects: action.objects.slice(at, at + TURN) });
      await setImmediate();
    }
  }
}

/** Objects of one kind that follow each other, in one action: the state takes many for the price of one. */
function merged(actions: readonly Action[]): Action[] {
  const result: Action[] = [];
  for (const action of actions) {
    const last = result.at(-1);
    const isMore = action.type === 'objects' && last?.type === 'objects' && last.kind === action.kind;
    if (isMore) result.splice(-1, 1, { ...last, objects: [...last.objects, ...action.objects] });
    else result.push(action);
  }
  return result;
}
