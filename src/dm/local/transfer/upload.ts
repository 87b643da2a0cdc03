import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isTerminalStatus, type DmStatus } from '../../schemas/status.js';
import type { UploadInfo, UploadOptions } from '../../schemas/transfer.js';
import type { CopyOutcome } from '../copy/copy-messages.js';
import { nowSeconds, timestampText } from '../dm-time.js';
import { Elapsed } from '../elapsed.js';
import type { DmLogger } from '../../logger.js';
import type { FileRecord, FileRepository } from '../store/file-repository.js';
import type { StateWriter } from '../store/state-writer.js';
import type { TransferRepository } from '../store/transfer-repository.js';
import { PackedList } from '../packed-list.js';
import { ThrottledNotice } from '../../throttled-notice.js';
import { selectionOf } from '../tree/file-selection.js';
import type { TreeEntry } from '../tree/tree-messages.js';
import type { TreeService } from '../tree/tree-service.js';
import type { FileJobs } from './file-jobs.js';
import { FileStore, type StoreTarget } from './file-store.js';
import { withFailedJob } from './failed-job.js';
import { percentage } from './percentage.js';
import { errorText } from '../../error-text.js';
import { TransferErrors } from './transfer-errors.js';
import { withoutUnchanged } from './without-unchanged.js';
import type { SubmittedJob } from './file-jobs.js';

export interface UploadContext {
  readonly tree: TreeService;
  readonly store: FileStore;
  readonly files: FileRepository;
  readonly repository: TransferRepository<UploadInfo, UploadOptions>;
  readonly writer: StateWriter;
  readonly quietTimeMs: number;
  readonly log: DmLogger;
  readonly onChange: (info: UploadInfo) => void;
}

export interface UploadParts {
  readonly info: UploadInfo;
  readonly options: UploadOptions;
  readonly target: StoreTarget;
  readonly jobs: FileJobs;
}

const MAX_BATCHES = 3;
const NOTICE_PERIOD_MS = 100;
/** How often a file that is being written is tried again. */
const MAX_ATTEMPTS = 4;

/** One upload: copies what a directory holds now, and ends. */
export class Upload {
  readonly #context: UploadContext;
  readonly #parts: UploadParts;
  readonly #errors = new TransferErrors();
  readonly #notice: ThrottledNotice;
  /** Files of which a copy was tried in vain. */
  readonly #attempts = new Map<string, number>();
  readonly #selected = new PackedList<TreeEntry>();
  /** The next of them, unpacked. */
  #next: TreeEntry[] = [];
  #info: UploadInfo;
  /** Since it has begun to work. */
  #elapsed: Elapsed | undefined;
  #countFiles = 0;
  #nCopied = 0;
  #nCompleted = 0;
  #closed = false;

  constructor(context: UploadContext, parts: UploadParts) {
    this.#context = context;
    this.#parts = parts;
    this.#info = parts.info;
    this.#notice = new ThrottledNotice(NOTICE_PERIOD_MS, () => {
      if (this.#closed) return;
      const info = this.info;
      context.writer.write(info.id, () => context.repository.update(info, !isTerminalStatus(info.status)));
      context.onChange(info);
    });
  }

  get info(): UploadInfo {
    const runTime = this.#info.endTime === undefined ? this.#elapsed?.seconds() : this.#info.runTime;
    const errorMessage = this.#info.errorMessage ?? this.#errors.summary();
    const nErrors = this.#errors.size;
    return {
      ...this.#info,
      countFiles: this.#countFiles,
      nProcessedFiles: this.#nCompleted + nErrors,
      nCompletedFiles: this.#nCompleted,
      nWaitingFiles: this.#countFiles - this.#nCompleted - nErrors,
      nProcessingErrors: nErrors,
      percentageComplete: percentage(Math.min(this.#nCopied, this.#countFiles - nErrors), this.#countFiles),
      ...(runTime !== undefined && { runTime }),
      ...(nErrors > 0 && { processingErrors: this.#errors.list() }),
      ...(errorMessage !== undefined && { errorMessage }),
    };
  }

  /** Work until the terminal status. Never rejects. */
  async run(): Promise<void> {
    const startTime = nowSeconds();
    this.#elapsed = new Elapsed();
    this.#info = { ...this.#info, startTime, startTimestamp: timestampText(startTime) };
    this.#setStatus('running');
    try {
      await this.#select();
      await this.#copyAll();
      this.#end();
    } catch (error) {
      if (this.#closed) return;
      this.#context.log.error({ upload: this.#info.id, error }, 'an upload failed');
      this.#terminal('failed', errorText(error));
    }
  }

  /** A job for one of its files has failed. */
  noteFailedJob(reason: string): void {
    this.#info = withFailedJob(this.#info, reason);
    this.#notice.announce();
  }

  /** Copies under way end; the status is `aborting`, then `aborted`. */
  stop(): UploadInfo {
    if (!isTerminalStatus(this.#info.status) && this.#info.status !== 'aborting') {
      this.#abort();
      this.#setStatus('aborting');
    }
    return this.info;
  }

  /** Leave everything as it is; the upload goes on at the next start of the engine. */
  close(): void {
    this.#notice.flush();
    this.#notice.cancel();
    this.#closed = true;
    this.#abort();
  }

  #isStopped(): boolean {
    return this.#closed || this.#info.status === 'aborting';
  }

  #abort(): void {
    Atomics.store(new Int32Array(this.#parts.target.abort), 0, 1);
  }

  /** Find the files to copy: selected, and not yet stored as they are. */
  async #select(): Promise<void> {
    const { options, target } = this.#parts;
    const add = async (found: readonly TreeEntry[]): Promise<void> => {
      const { due, stored } =
        options.reprocessFiles === true
          ? { due: found, stored: [] }
          : await withoutUnchanged(found, target, this.#context);
      const nStored = stored.filter((file) => this.#hasStored(file)).length;
      this.#selected.push(due);
      this.#countFiles += due.length + nStored;
      this.#nCopied += nStored;
      this.#nCompleted += nStored;
      this.#notice.announce();
    };
    const single = options.experimentFilePath;
    if (single === undefined) {
      const { errors } = await this.#context.tree.scan(target.sourceRoot, selectionOf(options), add);
      for (const { path, message } of errors) this.#errors.set(path === '' ? '.' : path, message);
      this.#countFiles += this.#errors.size;
    } else {
      const { size, mtimeMs, ino, ctimeMs } = await lstat(join(target.sourceRoot, single));
      await add([{ path: single, sizeBytes: size, mtimeMs, inode: ino, ctimeMs }]);
    }
  }

  /** True when an earlier engine stored it for this upload. */
  #hasStored({ storedMs }: FileRecord): boolean {
    const { status, submissionTime = Infinity } = this.#parts.info;
    return status !== 'pending' && storedMs >= submissionTime * 1000;
  }

  #takeBatch(): TreeEntry[] {
    if (this.#next.length === 0) this.#next = this.#selected.shift();
    return FileStore.takeBatch(this.#next);
  }

  async #copyAll(): Promise<void> {
    const uncommitted = new PackedList<CopyOutcome>();
    const inOneTransfer = this.#parts.options.processingMode === 'directory';
    const worker = async (): Promise<void> => {
      while (!this.#isStopped()) {
        const batch = this.#takeBatch();
        if (batch.length === 0) return;
        const outcomes = await this.#context.store.copy(this.#parts.target, batch);
        if (this.#closed) return;
        if (inOneTransfer) uncommitted.push(outcomes.filter(({ status }) => status === 'stored'));
        else await this.#commit(outcomes);
        this.#next.push(...(await this.#note(outcomes, batch)));
        this.#notice.announce();
      }
    };
    await Promise.all(Array.from({ length: MAX_BATCHES }, worker));
    if (uncommitted.length > 0 && !this.#isStopped()) this.#setStatus('finalizing');
    while (uncommitted.length > 0 && !this.#closed) {
      await this.#commit(uncommitted.shift());
      this.#notice.announce();
    }
  }

  async #commit(outcomes: readonly CopyOutcome[]): Promise<void> {
    const stored = outcomes.filter(({ status }) => status === 'stored');
    let submitted: readonly SubmittedJob[] = [];
    try {
      await this.#context.store.commit(this.#parts.target, stored, () => {
        submitted = this.#parts.jobs.submit(stored);
        return submitted.map(({ statement }) => statement);
      });
    } catch (error) {
      this.#context.log.error({ upload: this.#info.id, error }, 'files could not be written into the catalogue');
      const message = `it could not be written into the catalogue: ${errorText(error)}`;
      for (const { path } of stored) this.#errors.set(path, message);
      return;
    }
    // What was written when the engine closes goes on at its next start.
    if (this.#closed) return;
    for (const { release } of submitted) release();
    this.#nCompleted += stored.length;
  }

  /** Count outcomes. @returns the files to try again */
  async #note(outcomes: readonly CopyOutcome[], batch: readonly TreeEntry[]): Promise<TreeEntry[]> {
    const again: TreeEntry[] = [];
    const entries = new Map(batch.map((entry) => [entry.path, entry]));
    for (const { path, status, message } of outcomes) {
      const entry = entries.get(path);
      const attempts = (this.#attempts.get(path) ?? 0) + 1;
      if (status === 'changed' && attempts < MAX_ATTEMPTS && entry !== undefined) {
        this.#attempts.set(path, attempts);
        again.push(entry);
        continue;
      }
      if (status === 'aborted') continue;
      if (status === 'stored') this.#nCopied++;
      else this.#errors.set(path, message);
    }
    if (again.length > 0) await delay(this.#context.quietTimeMs);
    return again;
  }

  #end(): void {
    if (this.#closed) return;
    if (this.#isStopped()) this.#terminal('aborted', 'The upload was stopped.');
    else if (this.#countFiles === 0) this.#terminal('done', 'no new files for upload');
    else this.#terminal(this.#nCompleted === 0 ? 'failed' : 'done');
  }

  #terminal(status: DmStatus, errorMessage?: string): void {
    const endTime = nowSeconds();
    this.#info = {
      ...this.#info,
      endTime,
      endTimestamp: timestampText(endTime),
      runTime: this.#elapsed?.seconds() ?? 0,
      ...(errorMessage !== undefined && { errorMessage }),
    };
    this.#setStatus(status);
    this.#notice.cancel();
  }

  #setStatus(status: DmStatus): void {
    this.#info = { ...this.#info, status };
    this.#notice.flush();
  }
}
