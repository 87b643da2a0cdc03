import { availableParallelism, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { silentLogger, type DmLogger } from '../logger.js';

/** What the embedded engine is configured with. Everything but the root has a default. */
export interface LocalOptions {
  /** Directory of the storage and the database; created when missing. One engine at a time may use it. */
  readonly root: string;
  /** Folder of workflow definitions (*.json, *.yaml, *.yml), read at start and again when one changes. */
  readonly workflowsDirectory?: string | undefined;
  /** Station name, default `LOCAL`. */
  readonly station?: string | undefined;
  /** User that owns the jobs and the workflows of the folder, default the operating system's user. */
  readonly owner?: string | undefined;
  /** Jobs that run at once over all workflows, default 4. A workflow's own `maxJobs` limits it further. */
  readonly maxJobs?: number | undefined;
  /** Time limit of jobs whose workflow has no `timeout`, in seconds, default 0: none. */
  readonly jobTimeoutS?: number | undefined;
  /** Likewise of stages. */
  readonly stageTimeoutS?: number | undefined;
  /** Ended jobs, DAQs and uploads are forgotten after so many days, default 90; 0 never. Catalogue and files stay. */
  readonly historyMaxAgeDays?: number | undefined;
  /** A file counts as complete once its size and modification time have stood still for so long, default 500 ms. */
  readonly quietTimeMs?: number | undefined;
  /** A watched tree is read again at least this often, for what no notification tells (network file systems, overflow), default 30 s. */
  readonly rescanPeriodMs?: number | undefined;
  /** Threads that copy, default 2. */
  readonly copyThreads?: number | undefined;
  /** Time between TERM and KILL when a job is stopped, default 3 s. */
  readonly abortGraceMs?: number | undefined;
  /** Each process's stdout and stderr keep their last so many bytes, default 64 KiB. */
  readonly outputTailBytes?: number | undefined;
  /** Environment of the processes of jobs, beside their variables; default that of this process. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  readonly log?: DmLogger | undefined;
}

/** The options with every default applied. */
export interface ResolvedLocalOptions {
  readonly root: string;
  readonly workflowsDirectory: string | undefined;
  readonly station: string;
  readonly owner: string;
  readonly maxJobs: number;
  readonly jobTimeoutS: number;
  readonly stageTimeoutS: number;
  readonly historyMaxAgeDays: number;
  readonly quietTimeMs: number;
  readonly rescanPeriodMs: number;
  readonly copyThreads: number;
  readonly abortGraceMs: number;
  readonly outputTailBytes: number;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: DmLogger;
}

export function resolveLocalOptions(options: LocalOptions): ResolvedLocalOptions {
  return {
    root: resolve(options.root),
    workflowsDirectory: options.workflowsDirectory === undefined ? undefined : resolve(options.workflowsDirectory),
    station: options.station ?? 'LOCAL',
    owner: options.owner ?? userInfo().username,
    maxJobs: options.maxJobs ?? 4,
    jobTimeoutS: options.jobTimeoutS ?? 0,
    stageTimeoutS: options.stageTimeoutS ?? 0,
    historyMaxAgeDays: options.historyMaxAgeDays ?? 90,
    quietTimeMs: options.quietTimeMs ?? 500,
    rescanPeriodMs: options.rescanPeriodMs ?? 30_000,
    copyThreads: options.copyThreads ?? Math.min(2, availableParallelism()),
    abortGraceMs: options.abortGraceMs ?? 3000,
    outputTailBytes: options.outputTailBytes ?? 65_536,
    environment: options.environment ?? process.env,
    log: options.log ?? silentLogger,
  };
}
