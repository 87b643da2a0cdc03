import type { FileSelection } from './file-selection.js';

/** A regular file of a tree; the path is relative to the tree's root. */
export interface TreeEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
  readonly ctimeMs: number;
}

/** A directory or a file that can't be read. */
export interface TreeError {
  readonly path: string;
  readonly message: string;
}

export type TreeRequest =
  | {
      readonly kind: 'open';
      readonly id: number;
      readonly root: string;
      readonly selection: FileSelection;
      readonly quietTimeMs: number;
    }
  /** Begin to watch an opened tree. */
  | { readonly kind: 'watch'; readonly id: number }
  /** Watch it no longer; what is being settled still is reported. */
  | { readonly kind: 'unwatch'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }
  /** Report each of these files, which need not be `seen` any more, once it is complete. */
  | { readonly kind: 'settle'; readonly id: number; readonly paths: readonly string[] }
  | {
      readonly kind: 'scan';
      readonly id: number;
      readonly root: string;
      readonly selection: FileSelection;
      /** By path, over the whole tree. */
      readonly isSorted: boolean;
    }
  /** The entries of a scan are worked on; go on with the next. */
  | { readonly kind: 'more'; readonly id: number }
  /** Which of these files are not there with that size? */
  | {
      readonly kind: 'check';
      readonly id: number;
      readonly root: string;
      readonly files: readonly { path: string; sizeBytes: number }[];
    };

export type TreeReply =
  | { readonly kind: 'watching'; readonly id: number }
  /** The root of the tree was removed or moved. */
  | { readonly kind: 'rootGone'; readonly id: number }
  | { readonly kind: 'seen'; readonly id: number; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'settled'; readonly id: number; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'gone'; readonly id: number; readonly paths: readonly string[] }
  | { readonly kind: 'watchFailed'; readonly id: number; readonly message: string }
  | { readonly kind: 'entries'; readonly id: number; readonly entries: readonly TreeEntry[] }
  | {
      readonly kind: 'scanned';
      readonly id: number;
      readonly errors: readonly TreeError[];
      /** See `directoryIdentity`. */
      readonly rootIdentity: string | undefined;
    }
  | { readonly kind: 'checked'; readonly id: number; readonly missing: readonly string[] };
