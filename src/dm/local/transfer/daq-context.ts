import type { DaqInfo, DaqOptions } from '../../schemas/transfer.js';
import type { DmLogger } from '../../logger.js';
import type { DaqFileRepository } from '../store/daq-file-repository.js';
import type { StateWriter } from '../store/state-writer.js';
import type { TransferRepository } from '../store/transfer-repository.js';
import type { TreeService } from '../tree/tree-service.js';
import type { FileJobs } from './file-jobs.js';
import type { FileStore, StoreTarget } from './file-store.js';

/** What is written down of a DAQ's options: also the real path that its data directory had when it started. */
export type StoredDaqOptions = DaqOptions & { readonly sourceRoot?: string | undefined };

/** What all DAQs of an engine share. */
export interface DaqContext {
  readonly tree: TreeService;
  readonly store: FileStore;
  readonly repository: TransferRepository<DaqInfo, StoredDaqOptions>;
  readonly files: DaqFileRepository;
  readonly writer: StateWriter;
  readonly quietTimeMs: number;
  readonly rescanPeriodMs: number;
  readonly log: DmLogger;
  readonly onChange: (info: DaqInfo) => void;
  readonly onEnd: (info: DaqInfo, options: DaqOptions) => void;
}

/** What makes one DAQ. */
export interface DaqParts {
  /** Number of its row. */
  readonly seq: number;
  readonly info: DaqInfo;
  readonly options: DaqOptions;
  readonly target: StoreTarget;
  readonly jobs: FileJobs;
}
