/** One file to copy; both paths are relative to their roots. */
export interface CopyItem {
  readonly path: string;
  readonly destination: string;
}

/** What a copy thread is asked to do. `sourceRoot` is a real path (no symbolic link in it). */
export interface CopyTask {
  readonly sourceRoot: string;
  readonly destinationRoot: string;
  /** Directory for unfinished files, on the file system of the destination. */
  readonly stagingDirectory: string;
  /** Compute an MD5 sum and verify the copy by it. */
  readonly checksum: boolean;
  /** False: the data stays where it is and is only read for the catalogue. */
  readonly transfer: boolean;
  /** One 32-bit integer; anything but 0 ends the task early. */
  readonly abort: SharedArrayBuffer;
  readonly items: readonly CopyItem[];
}

/**
 * stored: the copy is in place, verified and durable. changed: the source was written meanwhile, nothing is in place. vanished: the source is gone.
 * failed: see `message`. aborted: not begun or given up, nothing is in place.
 */
export type CopyStatus = 'stored' | 'changed' | 'vanished' | 'failed' | 'aborted';

export interface CopyOutcome {
  readonly path: string;
  readonly destination: string;
  readonly status: CopyStatus;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
  readonly ctimeMs: number;
  readonly md5: string | null;
  readonly message: string;
}

export interface CopyRequest {
  readonly id: number;
  readonly task: CopyTask;
}

export interface CopyReply {
  readonly id: number;
  readonly outcomes: readonly CopyOutcome[];
}
