import { errorText } from 'dm';
import type { PvaServer } from 'epics-pva-ts';
import type { Logger } from 'pino';
import type { State } from '../../state/state.js';
import type { Store } from '../../state/store.js';
import { EXPERIMENT_TABLE } from './experiment-table.js';
import { JOB_TABLE } from './job-table.js';
import { stageTable } from './stage-table.js';
import { tablePublisher, type TablePublisher } from './table-publisher.js';
import { DAQ_TABLE, UPLOAD_TABLE } from './transfer-table.js';
import { WORKFLOW_TABLE } from './workflow-table.js';

/** Every table, in one form. */
export function allTables(workflowSlots: number): readonly TablePublisher[] {
  return [
    tablePublisher(EXPERIMENT_TABLE),
    tablePublisher(DAQ_TABLE),
    tablePublisher(UPLOAD_TABLE),
    tablePublisher(JOB_TABLE),
    tablePublisher(WORKFLOW_TABLE),
    ...Array.from({ length: workflowSlots }, (_slot, index) => tablePublisher(stageTable(index + 1))),
  ];
}

interface ServedTable {
  readonly table: TablePublisher;
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

  constructor(server: PvaServer, prefix: string, store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
    this.#served = allTables(store.state.workflowSlots.length).map((table) => ({
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
    if (timer !== undefined || table.slice(this.#store.state) === seen) return;
    served.timer = setTimeout(() => {
      served.timer = undefined;
      this.#post(served);
    }, table.periodMs);
  }

  #post(served: ServedTable): void {
    const { state } = this.#store;
    served.seen = served.table.slice(state);
    try {
      served.post(state);
    } catch (error) {
      const reason = errorText(error);
      this.#log.error({ table: served.table.name, reason }, 'a table was not posted');
    }
  }
}
