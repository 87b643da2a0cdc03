import { setTimeout as delay } from 'node:timers/promises';
import { isTerminalStatus, type DmStatus } from '../../schemas/status.js';
import type { DaqInfo } from '../../schemas/transfer.js';
import { Deferred } from '../deferred.js';
import { elapsedSeconds, nowSeconds, timestampText } from '../dm-time.js';
import { Elapsed } from '../elapsed.js';
import { ThrottledNotice } from '../../throttled-notice.js';
import { selectionOf, type FileSelection } from '../tree/file-selection.js';
import { TreeFollower } from '../tree/tree-follower.js';
import type { TreeError } from '../tree/tree-messages.js';
import type { DaqContext, DaqParts } from './daq-context.js';
import { DaqCopier } from './daq-copier.js';
import { DaqLedger, signatureOf } from './daq-ledger.js';
import { DaqSyncs } from './daq-syncs.js';
import { withFailedJob } from './failed-job.js';
import { percentage } from './percentage.js';
import { RunTimeLimit } from './run-time-limit.js';

const NOTICE_PERIOD_MS = 100;
const GIVE_UP_QUIET_TIMES = 3;
/** Reading the tree waits while so many files do: a million that are there already must not all be in memory. */
const MAX_WAITING = 20_000;

/** One DAQ: sees to it that every new or changed file of a tree is stored, once per version. */
export class Daq {
  readonly #context: DaqContext;
  readonly #parts: DaqParts;
  readonly #ledger = new DaqLedger();
  readonly #selection: FileSelection;
  readonly #notice: ThrottledNotice;
  readonly #follower: TreeFollower;
  readonly #copier: DaqCopier;
  readonly #syncs = new DaqSyncs();
  readonly #limit = new RunTimeLimit();
  #info: DaqInfo;
  readonly #elapsed: Elapsed;
  #treeProblem: string | undefined;
  #lastScan: Promise<void> | undefined;
  #scannedLast = false;
  #isGivingUp = false;
  /** Those who wait for files to be done with. */
  #room: Deferred<undefined> | undefined;
  #closed = false;

  constructor(context: DaqContext, parts: DaqParts) {
    this.#context = context;
    this.#parts = parts;
    this.#info = parts.info;
    this.#elapsed = new Elapsed(elapsedSeconds(parts.info.startTime ?? nowSeconds(), nowSeconds()));
    this.#selection = selectionOf(parts.options);
    this.#notice = new ThrottledNotice(NOTICE_PERIOD_MS, () => {
      this.#tell();
    });
    this.#follower = this.#makeFollower();
    this.#copier = new DaqCopier(context, parts, this.#ledger, {
      settled: (path) => {
        this.#settle(path);
      },
      failed: (path, message) => {
        this.#fail(path, message);
      },
      changed: (paths) => {
        this.#follower.settle(paths);
      },
      progress: () => {
        this.#pump();
      },
    });
  }

  get info(): DaqInfo {
    const counts = this.#ledger.counts();
    const errorMessage = this.#ledger.errors.summary() ?? this.#treeProblem;
    return {
      ...this.#info,
      ...counts,
      nProcessedFiles: counts.nCompletedFiles + counts.nProcessingErrors,
      percentageComplete: percentage(counts.nCompletedFiles, counts.countFiles),
      runTime: this.#info.endTime === undefined ? this.#elapsed.seconds() : (this.#info.runTime ?? 0),
      ...(counts.nProcessingErrors > 0 && { processingErrors: this.#ledger.errors.list() }),
      ...(errorMessage !== undefined && { errorMessage }),
      ...this.#waiting(),
    };
  }

  /** A job for one of its files has failed. */
  noteFailedJob(reason: string): void {
    this.#info = withFailedJob(this.#info, reason);
    this.#notice.announce();
  }

  /** Real path of the tree. */
  get sourceRoot(): string {
    return this.#parts.target.sourceRoot;
  }

  /** Note what is there already, so that only what comes later is taken. Resolves when done. */
  async snapshot(): Promise<void> {
    const { tree, files } = this.#context;
    const { target, seq, options } = this.#parts;
    if (options.processExistingFiles === true) return;
    await tree.scan(target.sourceRoot, this.#selection, async (entries) => {
      for (const entry of entries) this.#ledger.know(entry.path, signatureOf(entry), false);
      await files.put(
        seq,
        entries.map((entry) => ({ path: entry.path, signature: signatureOf(entry), stored: false })),
      );
    });
  }

  /** Take up what the database knows of a DAQ that ran before a restart. */
  async restore(): Promise<void> {
    for await (const records of this.#context.files.all(this.#parts.seq))
      for (const { path, signature, stored } of records) this.#ledger.know(path, signature, stored);
  }

  /** Begin to watch, or to finish what a restart interrupted. */
  begin(): void {
    this.#follower.begin();
    if (this.#info.status === 'finalizing') this.#finish();
    const { maxRunTimeInHours } = this.#parts.options;
    if (maxRunTimeInHours !== undefined) {
      this.#limit.set((this.#info.startTime ?? nowSeconds()) + maxRunTimeInHours * 3600, () => {
        if (this.#info.status === 'running') this.stop();
      });
    }
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

  /** @throws DmError when a file could not be stored or the tree not be read */
  async sync(signal: AbortSignal | undefined): Promise<DaqInfo> {
    try {
      await this.#syncs.wait(async (sync) => {
        const errors = await this.#follower.scan((path) => {
          sync.expect(path);
        });
        for (const { path, message } of errors) sync.refuse(path === '' ? this.#info.dataDirectory : path, message);
      }, signal);
    } finally {
      // Whoever waited finds the counts and the reason as they are now.
      this.#notice.flush();
    }
    return this.info;
  }

  /** Leave everything as it is; the DAQ goes on at the next start of the engine. */
  close(): void {
    this.#notice.flush();
    this.#halt();
    this.#syncs.abandon('The engine is closed.');
  }

  #makeFollower(): TreeFollower {
    return new TreeFollower({
      ...this.#context,
      root: this.#parts.target.sourceRoot,
      selection: this.#selection,
      isKnown: (entry) => this.#ledger.isKnown(entry),
      unsettled: () => this.#ledger.unsettled(),
      seen: (entries) => {
        for (const entry of entries) this.#ledger.see(entry);
        this.#notice.announce();
      },
      room: async () => {
        if (this.#isFull()) await (this.#room ??= new Deferred()).promise;
      },
      settled: (entries) => {
        for (const entry of entries) if (!this.#ledger.complete(entry)) this.#syncs.done(entry.path);
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

  /** The file whose writer keeps the DAQ waiting. */
  #waiting(): Pick<DaqInfo, 'waitingFor' | 'waitingSince' | 'isAwaited'> {
    const oldest = isTerminalStatus(this.#info.status) ? undefined : this.#ledger.oldestUnsettled();
    if (oldest === undefined) return {};
    const isAwaited = this.#info.status === 'finalizing' || this.#syncs.size > 0;
    return { waitingFor: oldest.path, waitingSince: oldest.since, isAwaited };
  }

  #tell(): void {
    // Jobs of a DAQ may fail after its end.
    if (this.#closed && !isTerminalStatus(this.#info.status)) return;
    const { info } = this;
    const { writer, repository, onChange } = this.#context;
    writer.write(info.id, () => repository.update(info, !isTerminalStatus(info.status)));
    onChange(info);
  }

  #noteTreeErrors(errors: readonly TreeError[]): void {
    const root = errors.find(({ path }) => path === '');
    this.#treeProblem = root === undefined ? undefined : `Data directory ${this.#info.dataDirectory}: ${root.message}`;
    // While the root can't be read, nothing is known of what is below it.
    if (root === undefined) this.#ledger.unreadable(errors);
    this.#notice.announce();
  }

  /** Read the tree a last time, then wait for what is left. */
  #finish(): void {
    this.#follower.stopFollowing();
    this.#lastScan = this.#follower
      .scan()
      .then(
        () => undefined,
        (error: unknown) => {
          this.#context.log.warn({ daq: this.#info.id, error }, 'the last reading of the directory failed');
        },
      )
      .finally(() => {
        this.#scannedLast = true;
        this.#pump();
      });
  }

  /** Files that stand still get the time to show it. */
  async #giveUpUnfinished(): Promise<void> {
    this.#isGivingUp = true;
    this.#makeRoom();
    await this.#lastScan;
    await delay(GIVE_UP_QUIET_TIMES * this.#context.quietTimeMs);
    for (const path of this.#ledger.unsettled())
      this.#fail(path, 'it was still being written when the DAQ was stopped');
    this.#pump();
  }

  /** Files that are being written for ever must not keep the last reading from its end. */
  #isFull(): boolean {
    return !this.#closed && !this.#isGivingUp && this.#ledger.waiting >= MAX_WAITING;
  }

  #makeRoom(): void {
    if (this.#isFull()) return;
    this.#room?.resolve(undefined);
    this.#room = undefined;
  }

  #pump(): void {
    if (this.#closed) return;
    this.#makeRoom();
    this.#copier.pump();
    this.#notice.announce();
    const { status } = this.#info;
    if (status === 'finalizing' && this.#scannedLast && this.#copier.isIdle && this.#ledger.waiting === 0) this.#end();
  }

  #settle(path: string): void {
    if (this.#ledger.settle(path)) this.#syncs.done(path);
  }

  #fail(path: string, message: string): void {
    if (this.#ledger.isQueued(path)) return;
    this.#ledger.fail(path, message);
    this.#syncs.fail(path, message);
  }

  #setStatus(status: DmStatus): void {
    this.#info = { ...this.#info, status };
    this.#notice.flush();
  }

  #end(): void {
    const endTime = nowSeconds();
    const runTime = this.#elapsed.seconds();
    this.#info = { ...this.#info, endTime, endTimestamp: timestampText(endTime), runTime };
    this.#setStatus('done');
    this.#halt();
    const { writer, files, onEnd } = this.#context;
    writer.write(`${this.#info.id} files`, () => files.removeAll(this.#parts.seq));
    this.#syncs.abandon('The DAQ has ended.');
    onEnd(this.info, this.#parts.options);
  }

  #halt(): void {
    this.#closed = true;
    this.#makeRoom();
    this.#limit.cancel();
    this.#notice.cancel();
    this.#follower.close();
    this.#copier.close();
  }
}
