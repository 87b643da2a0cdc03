import type { State } from '../../state/state.js';

/** A column of a table: its header, and its values for the rows. */
export type RowColumn<Row> = { readonly label: string } & (
  | { readonly type: 'string'; readonly of: (row: Row) => string }
  | { readonly type: 'int32' | 'float64'; readonly of: (row: Row) => number }
);

/** What an NTTable shows: one row for each thing. */
export interface RowTable<Row> {
  /** PV name after the prefix. */
  readonly name: string;
  readonly descriptor: string;
  /** The part of the state that it shows; the same reference as long as nothing changed there. */
  readonly slice: (state: State) => unknown;
  /** It is posted at most so often. */
  readonly periodMs: number;
  readonly rows: (state: State) => readonly Row[];
  /** By name, in order. */
  readonly columns: Readonly<Record<string, RowColumn<Row>>>;
}

/** A table that can be long is posted at most so often. */
export const LONG_TABLE_PERIOD_MS = 200;
