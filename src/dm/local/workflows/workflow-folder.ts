import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { errorText } from '../../error-text.js';
import { DmError } from '../../errors.js';
import type { Workflow } from '../../schemas/workflow.js';
import type { DmLogger } from '../../logger.js';
import { ThrottledNotice } from '../../throttled-notice.js';
import { directoryIdentity } from '../tree/scan-tree.js';
import { isWorkflowFile, type WorkflowReading } from './read-workflow-file.js';
import { WorkflowReader } from './workflow-reader.js';
import { workflowWarnings } from './workflow-warnings.js';

/** A workflow and the file that defines it. */
export interface WorkflowFile {
  readonly file: string;
  readonly workflow: Workflow;
}

/** A file, and what it holds. */
interface FileReading {
  /** Tells one content of the file from another; undefined when it can't be told. */
  readonly version: string | undefined;
  readonly modifiedMs: number;
  readonly reading: WorkflowReading;
}

interface WorkflowProblem {
  /** Of the workflow that is missing for it; undefined when another file has the name. */
  readonly key: string | undefined;
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
  /** Why a file defines nothing. */
  #problems = new Map<string, WorkflowProblem>();
  #known = new Map<string, FileReading>();
  /** The file that has a workflow's name, rightly or wrongly written. */
  #files = new Map<string, string>();
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
    const key = keyOf({ owner, name });
    return [...this.#problems.values()].find((problem) => problem.key === key)?.message;
  }

  /** All, or those of one owner. */
  list(owner?: string): Workflow[] {
    const all = [...this.#workflows.values()].map(({ workflow }) => workflow);
    return owner === undefined ? all : all.filter((workflow) => workflow.owner === owner);
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

  /** Of those that have not changed since, as they were read before. @returns false when the folder is closed meanwhile */
  async #read(files: readonly string[], inThread: boolean): Promise<boolean> {
    const versions = await Promise.all(files.map(versionOf));
    const known = this.#known;
    const changed = files.filter((file, index) => {
      const version = versions[index]?.version;
      return version === undefined || known.get(file)?.version !== version;
    });
    const { owner } = this.#context;
    const read = await this.#reader.read(
      changed.map((path) => ({ path, owner })),
      inThread,
    );
    if (read.length < changed.length) return false;
    const fresh = new Map(changed.map((file, index) => [file, read[index]]));
    this.#known = new Map();
    files.forEach((file, index) => {
      const reading = fresh.get(file) ?? known.get(file)?.reading;
      if (reading !== undefined)
        this.#known.set(file, { version: undefined, modifiedMs: 0, ...versions[index], reading });
    });
    return true;
  }

  /** The workflow that a file defines, or defined last, or else would by its name. */
  #keyOf(file: string, reading: WorkflowReading): string {
    if ('workflow' in reading) return keyOf(reading.workflow);
    const last = [...this.#files].find(([, one]) => one === file)?.[0];
    return last ?? keyOf({ owner: this.#context.owner, name: basename(file, extname(file)), ...reading });
  }

  /**
   * The files by the workflow whose name they have, the one that keeps it first: that which has had it, that which is called so, the older one. So a copy whose name
   * was left as it was replaces nothing, also while the other is wrong.
   */
  #claims(): ReadonlyMap<string, readonly string[]> {
    const claims = new Map<string, string[]>();
    for (const [file, { reading }] of this.#known) {
      const key = this.#keyOf(file, reading);
      claims.set(key, [...(claims.get(key) ?? []), file]);
    }
    for (const [key, files] of claims) {
      const rank = (file: string): number =>
        file === this.#files.get(key) ? 0 : key.endsWith(`\0${basename(file, extname(file))}`) ? 1 : 2;
      const modifiedMs = (file: string): number => this.#known.get(file)?.modifiedMs ?? 0;
      files.sort((a, b) => rank(a) - rank(b) || modifiedMs(a) - modifiedMs(b));
    }
    return claims;
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
    if (!(await this.#read(files, inThread))) return;
    const loaded = new Map<string, WorkflowFile>();
    const problems = new Map<string, WorkflowProblem>();
    const claims = this.#claims();
    this.#files = new Map();
    for (const [key, [file = '', ...others]] of claims) {
      this.#files.set(key, file);
      const reading = this.#known.get(file)?.reading;
      if (reading !== undefined && 'workflow' in reading) loaded.set(key, { file, workflow: reading.workflow });
      else problems.set(file, { key, message: reading?.problem ?? '' });
      for (const other of others) {
        const otherReading = this.#known.get(other)?.reading;
        const message =
          otherReading !== undefined && 'problem' in otherReading
            ? otherReading.problem
            : `Workflow file ${other}: it is not used, as ${file} has its name "${key.split('\0')[1] ?? ''}"; give it a name of its own.`;
        problems.set(other, { key: undefined, message });
      }
    }
    for (const [file, { message }] of problems)
      if (this.#problems.get(file)?.message !== message) log.error({ file }, message);
    const before = this.#workflows;
    this.#workflows = loaded;
    this.#problems = problems;
    for (const [key, { file, workflow }] of loaded) {
      if (JSON.stringify(before.get(key)?.workflow) === JSON.stringify(workflow)) continue;
      onChange(workflow);
      for (const warning of workflowWarnings(workflow)) log.warn({ file }, `Workflow file ${file}: ${warning}`);
    }
    for (const [key, { workflow }] of before) if (!loaded.has(key)) onRemove(workflow);
  }
}

async function versionOf(file: string): Promise<Pick<FileReading, 'version' | 'modifiedMs'> | undefined> {
  return await stat(file).then(
    ({ ino, size, mtimeMs, ctimeMs }) => ({ version: `${ino}:${size}:${mtimeMs}:${ctimeMs}`, modifiedMs: mtimeMs }),
    () => undefined,
  );
}

function reasonOf(error: unknown): string {
  return errorText(error);
}

function keyOf({ owner, name }: { owner: string; name: string }): string {
  return `${owner}\0${name}`;
}
