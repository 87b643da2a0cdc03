import { errorText } from 'dm';
import type { PvaServer } from 'epics-pva-ts';
import type { Logger } from 'pino';
import type { RowTable } from '../registry/row-table.js';
import type { State } from '../state/state.js';
import type { Store } from '../state/store.js';

interface ServedTable {
  readonly table: RowTable<State>;
  readonly post: (state: State) => void;
  seen: unknown;
  timer: NodeJS.Timeout | undefined;
}

/** Serves the tables over PVA and keeps them as the state is. */
export class Tables {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #served: readonly ServedTable[];
  #unsubscribe: (() => void) | undefined;

  constructor(server: PvaServer, prefix: string, tables: readonly RowTable<State>[], store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
    this.#served = tables.map((table) => ({
      table,
      post: table.serve(server, `${prefix}${table.name}`),
      seen: undefined,
      timer: undefined,
    }));
  }

  start(): void {
    this.#unsubscribe = this.#store.subscribe(() => {
      for (const served of this.#served) this.#consider(served);
    });
    for (const served of this.#served) this.#post(served);
  }

  stop(): void {
    this.#unsubscribe?.();
    for (const { timer } of this.#served) clearTimeout(timer);
  }

  /** Posts at once what waits for its time. */
  flush(): void {
    for (const served of this.#served) {
      if (served.timer === undefined) continue;
      clearTimeout(served.timer);
      served.timer = undefined;
      this.#post(served);
    }
  }

  #consider(served: ServedTable): void {
    const { table, timer, seen } = served;
    if (timer !== undefined || table.of(this.#store.state) === seen) return;
    served.timer = setTimeout(() => {
      served.timer = undefined;
      this.#post(served);
    }, table.periodMs);
  }

  #post(served: ServedTable): void {
    const { state } = this.#store;
    served.seen = served.table.of(state);
    try {
      served.post(state);
    } catch (error) {
      const reason = errorText(error);
      this.#log.error({ table: served.table.name, reason }, 'a table was not posted');
    }
  }
}
