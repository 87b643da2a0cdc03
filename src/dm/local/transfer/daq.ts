import { setTimeout as delay } from 'node:timers/promises';
import { isTerminalStatus, type DmStatus } from '../../schemas/status.js';
import type { DaqInfo, DaqOptions } from '../../schemas/transfer.js';
import { DmError } from '../../errors.js';
import { nowSeconds, timestampText } from '../dm-time.js';
import type { DmLogger } from '../../logger.js';
import type { DaqFileRepository } from '../store/daq-file-repository.js';
import type { StateWriter } from '../store/state-writer.js';
import type { TransferRepository } from '../store/transfer-repository.js';
import { ThrottledNotice } from '../throttled-notice.js';
import { selectionOf, type FileSelection } from '../tree/file-selection.js';
import { TreeFollower } from '../tree/tree-follower.js';
import type { TreeEntry, TreeError } from '../tree/tree-messages.js';
import type { TreeService } from '../tree/tree-service.js';
import { DaqLedger, signatureOf } from './daq-ledger.js';
import { DaqSync } from './daq-sync.js';
import type { FileJobs } from './file-jobs.js';
import { FileStore, type StoreTarget } from './file-store.js';
import { percentage } from './percentage.js';

export interface DaqContext {
  readonly tree: TreeService;
  readonly store: FileStore;
  readonly repository: TransferRepository<DaqInfo, DaqOptions>;
  readonly files: DaqFileRepository;
  readonly writer: StateWriter;
  readonly quietTimeMs: number;
  readonly rescanPeriodMs: number;
  readonly log: DmLogger;
  readonly onChange: (info: DaqInfo) => void;
  readonly onEnd: (daq: Daq) => void;
}

export interface DaqParts {
  readonly seq: number;
  readonly info: DaqInfo;
  readonly options: DaqOptions;
  readonly target: StoreTarget;
  readonly jobs: FileJobs;
}

/** Batches that are under way at once. */
const MAX_BATCHES = 3;
const NOTICE_PERIOD_MS = 100;
const GIVE_UP_QUIET_TIMES = 3;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One DAQ: sees to it that every new or changed file of a tree is stored, once per version. */
export class Daq {
  readonly #context: DaqContext;
  readonly #parts: DaqParts;
  readonly #ledger = new DaqLedger();
  readonly #selection: FileSelection;
  readonly #notice: ThrottledNotice;
  readonly #syncs = new Set<DaqSync>();
  #info: DaqInfo;
  readonly #follower: TreeFollower;
  #batches = 0;
  #treeProblem: string | undefined;
  #endTimer: NodeJS.Timeout | undefined;
  #lastScan: Promise<void> | undefined;
  #scannedLast = false;
  #closed = false;

  constructor(context: DaqContext, parts: DaqParts) {
    this.#context = context;
    this.#parts = parts;
    this.#info = parts.info;
    this.#selection = selectionOf(parts.options);
    this.#notice = new ThrottledNotice(NOTICE_PERIOD_MS, () => {
      if (this.#closed) return;
      const info = this.info;
      context.writer.write(info.id, () => {
        context.repository.update(info, !isTerminalStatus(info.status));
      });
      context.onChange(info);
    });
    this.#follower = new TreeFollower({
      ...context,
      root: parts.target.sourceRoot,
      selection: this.#selection,
      isKnown: (entry) => this.#ledger.isKnown(entry),
      seen: (paths) => {
        for (const path of paths) this.#ledger.see(path);
        this.#notice.announce();
      },
      settled: (entries) => {
        for (const entry of entries) if (!this.#ledger.complete(entry)) this.#resolveSyncs(entry.path);
        this.#pump();
      },
      gone: (paths) => {
        for (const path of paths) this.#settle(path);
        this.#pump();
      },
      scanned: (errors) => {
        this.#noteTreeErrors(errors);
        this.#pump();
      },
    });
  }

  get info(): DaqInfo {
    const counts = this.#ledger.counts();
    const errorMessage = this.#ledger.errors.summary() ?? this.#treeProblem;
    const { startTime, endTime } = this.#info;
    return {
      ...this.#info,
      ...counts,
      nProcessedFiles: counts.nCompletedFiles + counts.nProcessingErrors,
      percentageComplete: percentage(counts.countFiles - counts.nWaitingFiles, counts.countFiles),
      runTime: (endTime ?? nowSeconds()) - (startTime ?? nowSeconds()),
      ...(counts.nProcessingErrors > 0 && { processingErrors: this.#ledger.errors.list() }),
      ...(errorMessage !== undefined && { errorMessage }),
    };
  }

  /** Real path of the tree. */
  get sourceRoot(): string {
    return this.#parts.target.sourceRoot;
  }

  get options(): DaqOptions {
    return this.#parts.options;
  }

  /** Note what is there already, so that only what comes later is taken. Resolves when done. */
  async snapshot(): Promise<void> {
    const { tree, files } = this.#context;
    const { target, seq, options } = this.#parts;
    if (options.processExistingFiles === true) return;
    await tree.scan(target.sourceRoot, this.#selection, (entries) => {
      files.put(
        seq,
        entries.map((entry) => ({ path: entry.path, signature: signatureOf(entry), stored: false })),
      );
      for (const entry of entries) this.#ledger.know(entry.path, signatureOf(entry), false);
    });
  }

  /** Take up what the database knows of a DAQ that ran before a restart. */
  restore(): void {
    for (const { path, signature, stored } of this.#context.files.all(this.#parts.seq))
      this.#ledger.know(path, signature, stored);
  }

  /** Begin to watch, or to finish what a restart interrupted. */
  begin(): void {
    this.#follower.begin();
    if (this.#info.status === 'finalizing') this.#finish();
    const { maxRunTimeInHours } = this.#parts.options;
    if (maxRunTimeInHours !== undefined) this.#endAt((this.#info.startTime ?? nowSeconds()) + maxRunTimeInHours * 3600);
    this.#notice.flush();
  }

  /** Finish what was seen, then end. A second call gives up on files that are still being written. */
  stop(): DaqInfo {
    if (this.#info.status === 'running') {
      this.#setStatus('finalizing');
      this.#finish();
    } else if (this.#info.status === 'finalizing') {
      void this.#giveUpUnfinished();
    }
    return this.info;
  }

  async sync(signal: AbortSignal | undefined): Promise<DaqInfo> {
    const sync = new DaqSync();
    this.#syncs.add(sync);
    try {
      await this.#follower.scan((path) => {
        sync.expect(path);
      });
      sync.arm();
      await sync.wait(signal);
      return this.info;
    } finally {
      this.#syncs.delete(sync);
    }
  }

  /** Leave everything as it is; the DAQ goes on at the next start of the engine. */
  close(): void {
    this.#notice.flush();
    this.#closed = true;
    this.#halt();
    this.#failSyncs('The engine is closed.');
  }

  #noteTreeErrors(errors: readonly TreeError[]): void {
    const root = errors.find(({ path }) => path === '');
    const before = this.#treeProblem;
    this.#treeProblem = root === undefined ? undefined : `Data directory ${this.#info.dataDirectory}: ${root.message}`;
    for (const { path, message } of errors) if (path !== '') this.#ledger.fail(path, message);
    if (errors.length > 0 || before !== this.#treeProblem) this.#notice.announce();
  }

  /** Read the tree a last time, then wait for what is left. */
  #finish(): void {
    this.#follower.stopRescans();
    this.#lastScan = this.#follower
      .scan()
      .catch((error: unknown) => {
        this.#context.log.warn({ daq: this.#info.id, error }, 'the last reading of the directory failed');
      })
      .finally(() => {
        this.#scannedLast = true;
        this.#pump();
      });
  }

  /** Files that stand still get the time to show it. */
  async #giveUpUnfinished(): Promise<void> {
    await this.#lastScan;
    await delay(GIVE_UP_QUIET_TIMES * this.#context.quietTimeMs);
    for (const path of this.#ledger.unsettled())
      this.#fail(path, 'it was still being written when the DAQ was stopped');
    this.#pump();
  }

  #pump(): void {
    if (this.#closed) return;
    while (this.#batches < MAX_BATCHES) {
      const batch = FileStore.takeBatch(this.#ledger.takeQueued(1000));
      if (batch.length === 0) break;
      this.#ledger.begin(batch);
      this.#batches++;
      void this.#storeBatch(batch);
    }
    this.#notice.announce();
    if (this.#info.status === 'finalizing' && this.#scannedLast && this.#batches === 0 && this.#ledger.waiting === 0) {
      this.#end();
    }
  }

  async #storeBatch(batch: readonly TreeEntry[]): Promise<void> {
    const { store, files, log } = this.#context;
    const { target, seq, jobs } = this.#parts;
    try {
      const outcomes = await store.copy(target, batch);
      if (this.#closed) return;
      let release = (): void => undefined;
      store.commit(target, outcomes, (stored) => {
        files.put(
          seq,
          stored.map((file) => ({ path: file.path, signature: signatureOf(file), stored: true })),
        );
        release = jobs.submit(stored);
      });
      release();
      const changed: string[] = [];
      for (const outcome of outcomes) {
        this.#ledger.end(outcome.path);
        if (outcome.status === 'stored') {
          this.#ledger.stored(outcome.path, signatureOf(outcome));
          this.#settle(outcome.path);
        } else if (outcome.status === 'changed') changed.push(outcome.path);
        else if (outcome.status === 'failed') this.#fail(outcome.path, outcome.message);
        else this.#settle(outcome.path);
      }
      this.#follower.settle(changed);
    } catch (error) {
      log.error({ daq: this.#info.id, error }, 'storing a batch failed');
      for (const { path } of batch) {
        this.#ledger.end(path);
        this.#fail(path, error instanceof Error ? error.message : String(error));
      }
    } finally {
      this.#batches--;
      this.#pump();
    }
  }

  #settle(path: string): void {
    if (this.#ledger.settle(path)) this.#resolveSyncs(path);
  }

  #fail(path: string, message: string): void {
    if (this.#ledger.isQueued(path)) return;
    this.#ledger.fail(path, message);
    for (const sync of this.#syncs) sync.fail(path, message);
  }

  #resolveSyncs(path: string): void {
    for (const sync of this.#syncs) sync.done(path);
  }

  #failSyncs(reason: string): void {
    for (const sync of this.#syncs) sync.abandon(new DmError('DM_COMMAND_FAILED', reason));
  }

  #setStatus(status: DmStatus): void {
    this.#info = { ...this.#info, status };
    this.#notice.flush();
  }

  #endAt(time: number): void {
    const remainingMs = (time - nowSeconds()) * 1000;
    this.#endTimer = setTimeout(
      () => {
        if (remainingMs > MAX_TIMER_MS) this.#endAt(time);
        else if (this.#info.status === 'running') this.stop();
      },
      Math.min(Math.max(0, remainingMs), MAX_TIMER_MS),
    );
  }

  #end(): void {
    this.#halt();
    const endTime = nowSeconds();
    this.#info = { ...this.#info, endTime, endTimestamp: timestampText(endTime) };
    this.#setStatus('done');
    this.#closed = true;
    this.#notice.cancel();
    this.#context.writer.write(`${this.#info.id} files`, () => {
      this.#context.files.removeAll(this.#parts.seq);
    });
    this.#failSyncs('The DAQ has ended.');
    this.#context.onEnd(this);
  }

  #halt(): void {
    clearTimeout(this.#endTimer);
    this.#notice.cancel();
    this.#follower.close();
  }
}
