import { errorText, ThrottledNotice } from 'dm';
import type { PvaServer } from 'epics-pva-ts';
import type { Logger } from 'pino';
import type { RowTable } from '../registry/row-table.js';
import type { State } from '../state/state.js';
import type { Store } from '../state/store.js';

interface ServedTable {
  readonly table: RowTable<State>;
  readonly post: (state: State) => void;
  readonly notice: ThrottledNotice;
  seen: unknown;
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
    this.#served = tables.map((table) => {
      const post = table.serve(server, `${prefix}${table.name}`);
      const notice = new ThrottledNotice(table.periodMs, () => {
        this.#post(served);
      });
      const served: ServedTable = { table, post, notice, seen: undefined };
      return served;
    });
  }

  start(): void {
    this.#unsubscribe = this.#store.subscribe(() => {
      for (const { notice } of this.#changed()) notice.announce();
    });
    this.flush();
  }

  stop(): void {
    this.#unsubscribe?.();
    for (const { notice } of this.#served) notice.cancel();
  }

  /** Posts at once what waits for its time. */
  flush(): void {
    for (const { notice } of this.#changed()) notice.flush();
  }

  #changed(): ServedTable[] {
    return this.#served.filter(({ table, seen }) => table.of(this.#store.state) !== seen);
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
