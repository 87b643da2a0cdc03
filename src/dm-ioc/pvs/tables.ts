import { ntTable, type PvaServer } from 'epics-pva-ts';
import type { Logger } from 'pino';
import { stageNames } from '../state/job-view.js';
import type { State, WorkflowSlot } from '../state/state.js';
import type { Store } from '../state/store.js';
import { filesCompleted, filesWaiting, transferPercent } from '../state/transfer-view.js';
import { timeText } from './record-text.js';

/** Tables that can be long are posted at most so often. */
const LONG_TABLE_PERIOD_MS = 200;

interface TablePublisher {
  /** The part of the state that it shows. */
  readonly slice: (state: State) => unknown;
  readonly periodMs: number;
  readonly post: (state: State) => void;
}

const byTime = (
  a: { readonly startTime?: number | undefined },
  b: { readonly startTime?: number | undefined },
): number => (b.startTime ?? 0) - (a.startTime ?? 0);

function experimentTable(server: PvaServer, name: string): TablePublisher {
  const pv = server.add(
    name,
    ntTable({
      name: { type: 'string', label: 'Name' },
      id: { type: 'int32', label: 'Id' },
      type: { type: 'string', label: 'Type' },
      startDate: { type: 'string', label: 'Start' },
      endDate: { type: 'string', label: 'End' },
      description: { type: 'string', label: 'Description' },
    }),
    { descriptor: 'Experiments of the station, newest first' },
  );
  return {
    slice: (state) => state.experiments,
    periodMs: LONG_TABLE_PERIOD_MS,
    post: (state) => {
      const rows = [...state.experiments.values()].sort((a, b) => b.id - a.id);
      pv.post({
        name: rows.map((row) => row.name),
        id: Int32Array.from(rows, (row) => row.id),
        type: rows.map((row) => row.experimentType?.name ?? ''),
        startDate: rows.map((row) => row.startDate ?? ''),
        endDate: rows.map((row) => row.endDate ?? ''),
        description: rows.map((row) => row.description ?? ''),
      });
    },
  };
}

function transferTable(server: PvaServer, name: string, of: 'daqs' | 'uploads', descriptor: string): TablePublisher {
  const pv = server.add(
    name,
    ntTable({
      id: { type: 'string', label: 'Id' },
      experiment: { type: 'string', label: 'Experiment' },
      directory: { type: 'string', label: 'Directory' },
      status: { type: 'string', label: 'Status' },
      started: { type: 'string', label: 'Started' },
      files: { type: 'int32', label: 'Files' },
      completed: { type: 'int32', label: 'Stored' },
      waiting: { type: 'int32', label: 'Waiting' },
      errors: { type: 'int32', label: 'Errors' },
      percent: { type: 'float64', label: 'Percent' },
    }),
    { descriptor },
  );
  return {
    slice: (state) => state[of],
    periodMs: LONG_TABLE_PERIOD_MS,
    post: (state) => {
      const rows = [...state[of].values()].sort(byTime);
      pv.post({
        id: rows.map((row) => row.id),
        experiment: rows.map((row) => row.experimentName),
        directory: rows.map((row) => row.dataDirectory),
        status: rows.map((row) => row.status),
        started: rows.map((row) => timeText((row.startTime ?? 0) * 1000)),
        files: Int32Array.from(rows, (row) => row.countFiles),
        completed: Int32Array.from(rows, filesCompleted),
        waiting: Int32Array.from(rows, filesWaiting),
        errors: Int32Array.from(rows, (row) => row.nProcessingErrors),
        percent: Float64Array.from(rows, transferPercent),
      });
    },
  };
}

function jobTable(server: PvaServer, name: string): TablePublisher {
  const pv = server.add(
    name,
    ntTable({
      id: { type: 'string', label: 'Id' },
      workflow: { type: 'string', label: 'Workflow' },
      experiment: { type: 'string', label: 'Experiment' },
      status: { type: 'string', label: 'Status' },
      stage: { type: 'string', label: 'Stage' },
      submitted: { type: 'string', label: 'Submitted' },
      started: { type: 'string', label: 'Started' },
      ended: { type: 'string', label: 'Ended' },
      runTime: { type: 'float64', label: 'Run time (s)' },
      error: { type: 'string', label: 'Error' },
    }),
    { descriptor: 'Jobs of the DM user, newest first' },
  );
  return {
    slice: (state) => state.jobs,
    periodMs: LONG_TABLE_PERIOD_MS,
    post: (state) => {
      const rows = [...state.jobs.values()].sort((a, b) => b.submissionTime - a.submissionTime);
      pv.post({
        id: rows.map((row) => row.id),
        workflow: rows.map((row) => row.workflow),
        experiment: rows.map((row) => row.experimentName),
        status: rows.map((row) => row.status),
        stage: rows.map((row) => row.stage),
        submitted: rows.map((row) => timeText(row.submissionTime * 1000)),
        started: rows.map((row) => timeText(row.startTime * 1000)),
        ended: rows.map((row) => timeText(row.endTime * 1000)),
        runTime: Float64Array.from(rows, (row) => row.runTime),
        error: rows.map((row) => row.errorMessage.slice(0, 200)),
      });
    },
  };
}

function workflowTable(server: PvaServer, name: string): TablePublisher {
  const pv = server.add(
    name,
    ntTable({
      name: { type: 'string', label: 'Name' },
      owner: { type: 'string', label: 'Owner' },
      stages: { type: 'int32', label: 'Stages' },
      description: { type: 'string', label: 'Description' },
    }),
    { descriptor: 'Workflows of the DM user' },
  );
  return {
    slice: (state) => state.workflows,
    periodMs: LONG_TABLE_PERIOD_MS,
    post: (state) => {
      const rows = [...state.workflows.values()].sort((a, b) => a.name.localeCompare(b.name));
      pv.post({
        name: rows.map((row) => row.name),
        owner: rows.map((row) => row.owner),
        stages: Int32Array.from(rows, (row) => Object.keys(row.stages).length),
        description: rows.map((row) => row.description ?? ''),
      });
    },
  };
}

interface StageRow {
  readonly stage: string;
  readonly process: string;
  readonly status: string;
  readonly runTime: number;
  readonly exitStatus: number;
  readonly command: string;
  readonly stdOut: string;
  readonly stdErr: string;
}

function stageRows({ job }: WorkflowSlot): StageRow[] {
  if (job === null) return [];
  return stageNames(job).flatMap((stage): StageRow[] => {
    const definition = job.workflow?.stages?.[stage];
    const processes = Object.values(definition?.childProcesses ?? {});
    if (processes.length === 0) {
      const command = definition?.command ?? '';
      return [{ stage, process: '', status: '', runTime: 0, exitStatus: 0, command, stdOut: '', stdErr: '' }];
    }
    return processes.map((one) => ({
      stage,
      process: String(one.childProcessNumber),
      status: one.status,
      runTime: one.runTime ?? 0,
      exitStatus: one.exitStatus ?? 0,
      command: one.command,
      stdOut: one.stdOut ?? '',
      stdErr: one.stdErr ?? '',
    }));
  });
}

function stageTable(server: PvaServer, name: string, slot: number): TablePublisher {
  const pv = server.add(
    name,
    ntTable({
      stage: { type: 'string', label: 'Stage' },
      process: { type: 'string', label: 'Process' },
      status: { type: 'string', label: 'Status' },
      runTime: { type: 'float64', label: 'Run time (s)' },
      exitStatus: { type: 'int32', label: 'Exit' },
      stdOut: { type: 'string', label: 'Output' },
      stdErr: { type: 'string', label: 'Errors' },
      command: { type: 'string', label: 'Command' },
    }),
    { descriptor: `Stages of the job in slot ${slot}` },
  );
  return {
    slice: (state) => state.workflowSlots[slot - 1]?.job,
    periodMs: 0,
    post: (state) => {
      const held = state.workflowSlots[slot - 1];
      const rows = held === undefined ? [] : stageRows(held);
      pv.post({
        stage: rows.map((row) => row.stage),
        process: rows.map((row) => row.process),
        status: rows.map((row) => row.status),
        runTime: Float64Array.from(rows, (row) => row.runTime),
        exitStatus: Int32Array.from(rows, (row) => row.exitStatus),
        stdOut: rows.map((row) => row.stdOut),
        stdErr: rows.map((row) => row.stdErr),
        command: rows.map((row) => row.command),
      });
    },
  };
}

/** Names and descriptions of the tables. */
export function tableNames(
  prefix: string,
  workflowSlots: number,
): readonly (readonly [name: string, description: string])[] {
  const stages = Array.from({ length: workflowSlots }, (_slot, index) => {
    return [`${prefix}WF${index + 1}:Stages`, `Stages of the job in slot ${index + 1}`] as const;
  });
  return [
    [`${prefix}Experiment:Table`, 'Experiments of the station, newest first'],
    [`${prefix}DAQ:Table`, 'DAQs of the station, newest first'],
    [`${prefix}Upload:Table`, 'Uploads, newest first'],
    [`${prefix}Job:Table`, 'Jobs of the DM user, newest first'],
    [`${prefix}Workflow:Table`, 'Workflows of the DM user'],
    ...stages,
  ];
}

/** Serves the tables over PVA and keeps them as the state is. */
export class Tables {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #tables: readonly TablePublisher[];
  readonly #seen = new Map<TablePublisher, unknown>();
  readonly #timers = new Map<TablePublisher, NodeJS.Timeout>();
  #unsubscribe: (() => void) | undefined;

  constructor(server: PvaServer, prefix: string, store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
    this.#tables = [
      experimentTable(server, `${prefix}Experiment:Table`),
      transferTable(server, `${prefix}DAQ:Table`, 'daqs', 'DAQs of the station, newest first'),
      transferTable(server, `${prefix}Upload:Table`, 'uploads', 'Uploads, newest first'),
      jobTable(server, `${prefix}Job:Table`),
      workflowTable(server, `${prefix}Workflow:Table`),
      ...store.state.workflowSlots.map((_slot, index) =>
        stageTable(server, `${prefix}WF${index + 1}:Stages`, index + 1),
      ),
    ];
  }

  start(): void {
    this.#unsubscribe = this.#store.subscribe(() => {
      for (const table of this.#tables) this.#consider(table);
    });
    for (const table of this.#tables) this.#post(table);
  }

  stop(): void {
    this.#unsubscribe?.();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #consider(table: TablePublisher): void {
    if (this.#timers.has(table) || table.slice(this.#store.state) === this.#seen.get(table)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(table);
      this.#post(table);
    }, table.periodMs);
    this.#timers.set(table, timer);
  }

  #post(table: TablePublisher): void {
    const { state } = this.#store;
    this.#seen.set(table, table.slice(state));
    try {
      table.post(state);
    } catch (error) {
      this.#log.error({ reason: error instanceof Error ? error.message : String(error) }, 'a table was not posted');
    }
  }
}
