import type { DmErrorCode } from '../../errors.js';

/** A value as SQLite stores it. */
export type SqlValue = string | number | null;
/** A row, by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** One SQL statement that writes, run once with each row of values. */
export interface Statement {
  readonly sql: string;
  readonly rows: readonly (readonly SqlValue[])[];
}

/** What a statement did: the rows that it changed, and those that its RETURNING gave. */
export interface WriteResult {
  readonly changes: number;
  readonly returned: readonly Row[];
}

export type DatabaseRequest =
  | { readonly kind: 'open'; readonly id: number; readonly file: string }
  | {
      readonly kind: 'write';
      readonly id: number;
      readonly statements: readonly Statement[];
      readonly durable: boolean;
    }
  | { readonly kind: 'get'; readonly id: number; readonly sql: string; readonly values: readonly SqlValue[] }
  /** Begin to read; the answer is the first page, and names the cursor by the request's id unless it is the last. */
  | { readonly kind: 'read'; readonly id: number; readonly sql: string; readonly values: readonly SqlValue[] }
  | { readonly kind: 'next'; readonly id: number; readonly cursor: number }
  /** Read no further. Has no answer. */
  | { readonly kind: 'drop'; readonly cursor: number }
  | { readonly kind: 'close'; readonly id: number };

export type DatabaseReply =
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'written'; readonly id: number; readonly results: readonly WriteResult[] }
  | { readonly kind: 'page'; readonly id: number; readonly rows: readonly Row[]; readonly last: boolean }
  | { readonly kind: 'failed'; readonly id: number; readonly code: DmErrorCode; readonly message: string }
  /** By itself: the file is no longer the one that is written, or (null) it is so again. */
  | { readonly kind: 'trouble'; readonly message: string | null };
