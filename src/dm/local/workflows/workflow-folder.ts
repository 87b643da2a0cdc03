import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { errorText } from '../../error-text.js';
import { DmError } from '../../errors.js';
import type { Workflow } from '../../schemas/workflow.js';
import type { DmLogger } from '../../logger.js';
import { ThrottledNotice } from '../throttled-notice.js';
import { directoryIdentity } from '../tree/scan-tree.js';
import { isWorkflowFile } from './read-workflow-file.js';
import { WorkflowReader, type WorkflowReading } from './workflow-reader.js';

/** A workflow and the file that defines it. */
export interface WorkflowFile {
  readonly file: string;
  readonly workflow: Workflow;
}

interface WorkflowProblem {
  readonly name: string;
  readonly message: string;
}

export interface WorkflowFolderContext {
  readonly directory: string;
  readonly owner: string;
  /** The folder is read again at least this often, for what no notification tells. */
  readonly rescanPeriodMs: number;
  readonly log: DmLogger;
  readonly onChange: (workflow: Workflow) => void;
  readonly onRemove: (workflow: Workflow) => void;
}

const RELOAD_PERIOD_MS = 100;

/**
 * The workflows that a folder's files define; read again when one changes. A wrong file is logged and leaves the others alone. While the folder itself
 * can't be read, everything stays as it was.
 */
export class WorkflowFolder {
  readonly #context: WorkflowFolderContext;
  #workflows = new Map<string, WorkflowFile>();
  /** Why a file defines nothing, and the workflow that it defined last or else would by its name. */
  #problems = new Map<string, WorkflowProblem>();
  #known = new Map<string, { readonly version: string | undefined; readonly reading: WorkflowReading }>();
  readonly #reader = new WorkflowReader();
  #watcher: FSWatcher | undefined;
  #identity: string | undefined;
  #folderProblem: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loading = Promise.resolve();
  #notice: ThrottledNotice;

  constructor(context: WorkflowFolderContext) {
    this.#context = context;
    this.#notice = new ThrottledNotice(RELOAD_PERIOD_MS, () => {
      this.#next(() => this.#load());
    });
  }

  /** @throws DmError DM_CONFIGURATION when the folder can't be read */
  async start(): Promise<void> {
    const { directory, rescanPeriodMs } = this.#context;
    await readdir(directory).catch((error: unknown) => {
      throw new DmError(
        'DM_CONFIGURATION',
        `The folder of workflows ${directory} can't be read: ${reasonOf(error)}; make it, or name another in dm.local.workflows.`,
        { cause: error },
      );
    });
    await this.#watch();
    await this.#load(false);
    this.#timer = setInterval(() => {
      this.#next(() => this.#lookAgain());
    }, rescanPeriodMs);
  }

  get(owner: string, name: string): WorkflowFile | undefined {
    return this.#workflows.get(keyOf({ owner, name }));
  }

  /** Why a workflow that a file should define is not there; undefined when no file is to blame. */
  problemOf(owner: string, name: string): string | undefined {
    if (owner !== this.#context.owner) return undefined;
    return [...this.#problems.values()].find((problem) => problem.name === name)?.message;
  }

  list(owner: string): Workflow[] {
    return [...this.#workflows.values()].map(({ workflow }) => workflow).filter((workflow) => workflow.owner === owner);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#notice.cancel();
    await this.#reader.close();
    await this.#loading;
    await this.#watcher?.close();
  }

  /** One after the other; the failure of one leaves the others alone. */
  #next(work: () => Promise<void>): void {
    const { directory, log } = this.#context;
    this.#loading = this.#loading.then(work).catch((error: unknown) => {
      log.error({ directory, error }, 'the folder of workflows was not read; it is read again when something changes');
    });
  }

  async #watch(): Promise<void> {
    const { directory, log } = this.#context;
    this.#identity = directoryIdentity(directory);
    const watcher = watch(directory, {
      ignoreInitial: true,
      depth: 0,
      awaitWriteFinish: { stabilityThreshold: 100, pollInterval: 20 },
    });
    this.#watcher = watcher;
    watcher.on('error', (error) => {
      // A link that leads to itself is a wrong file as others are.
      if (error instanceof Error && 'code' in error && error.code === 'ELOOP') return;
      log.warn({ directory, error }, 'the folder of workflows is not watched; it is read periodically instead');
    });
    await new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
    });
    watcher.on('all', () => {
      this.#notice.announce();
    });
  }

  async #lookAgain(): Promise<void> {
    const identity = directoryIdentity(this.#context.directory);
    if (identity !== undefined && identity !== this.#identity) {
      // The watcher still looks at the folder that had the name before.
      await this.#watcher?.close();
      await this.#watch();
    }
    await this.#load();
  }

  /** Of those that have not changed since, as they were read before. @returns undefined when the folder is closed meanwhile */
  async #readings(
    files: readonly string[],
    inThread: boolean,
  ): Promise<ReadonlyMap<string, WorkflowReading> | undefined> {
    const versions = await Promise.all(files.map(versionOf));
    const known = this.#known;
    const changed = files.filter((file, index) => {
      const version = versions[index];
      return version === undefined || known.get(file)?.version !== version;
    });
    const { owner } = this.#context;
    const read = await this.#reader.read(
      changed.map((path) => ({ path, owner })),
      inThread,
    );
    if (read.length < changed.length) return undefined;
    const fresh = new Map(changed.map((file, index) => [file, read[index]]));
    this.#known = new Map();
    files.forEach((file, index) => {
      const reading = fresh.get(file) ?? known.get(file)?.reading;
      if (reading !== undefined) this.#known.set(file, { version: versions[index], reading });
    });
    return new Map([...this.#known].map(([file, { reading }]) => [file, reading]));
  }

  #nameOf(file: string): string {
    const last = [...this.#workflows.values()].find((one) => one.file === file);
    return last?.workflow.name ?? this.#problems.get(file)?.name ?? basename(file, extname(file));
  }

  async #load(inThread = true): Promise<void> {
    const { directory, log, onChange, onRemove } = this.#context;
    let names: readonly string[];
    try {
      names = await readdir(directory);
      this.#folderProblem = undefined;
    } catch (error) {
      const problem = `the folder of workflows ${directory} can't be read: ${reasonOf(error)}`;
      if (problem !== this.#folderProblem) log.error({ directory, error }, problem);
      this.#folderProblem = problem;
      return;
    }
    const files = names
      .filter(isWorkflowFile)
      .sort()
      .map((name) => join(directory, name));
    const readings = await this.#readings(files, inThread);
    if (readings === undefined) return;
    const loaded = new Map<string, WorkflowFile>();
    const problems = new Map<string, WorkflowProblem>();
    for (const [file, reading] of readings) {
      const other = 'workflow' in reading ? loaded.get(keyOf(reading.workflow)) : undefined;
      if ('workflow' in reading && other === undefined) {
        loaded.set(keyOf(reading.workflow), { file, workflow: reading.workflow });
        continue;
      }
      const message =
        'workflow' in reading
          ? `Workflow file ${file}: name "${reading.workflow.name}" is already defined by ${other?.file ?? ''}.`
          : reading.problem;
      problems.set(file, { name: this.#nameOf(file), message });
      if (this.#problems.get(file)?.message !== message) log.error({ file }, message);
    }
    const before = this.#workflows;
    this.#workflows = loaded;
    this.#problems = problems;
    for (const [key, { workflow }] of loaded) {
      if (JSON.stringify(before.get(key)?.workflow) !== JSON.stringify(workflow)) onChange(workflow);
    }
    for (const [key, { workflow }] of before) if (!loaded.has(key)) onRemove(workflow);
  }
}

/** Tells one content of a file from another; undefined when it can't be told. */
async function versionOf(file: string): Promise<string | undefined> {
  return await stat(file).then(
    ({ ino, size, mtimeMs, ctimeMs }) => `${ino}:${size}:${mtimeMs}:${ctimeMs}`,
    () => undefined,
  );
}

function reasonOf(error: unknown): string {
  return errorText(error);
}

function keyOf({ owner, name }: { owner: string; name: string }): string {
  return `${owner}\0${name}`;
}
