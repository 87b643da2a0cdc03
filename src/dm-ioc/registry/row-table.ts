import { ntTable, type PvaServer } from 'epics-pva-ts';
import type { State } from '../state/state.js';

/** A table that can be long is posted at most so often. */
const PERIOD_MS = 200;

/** A column of a table: its header, and its values for the rows. */
export type RowColumn<Row> = { readonly label: string } & (
  | { readonly type: 'string'; readonly of: (row: Row) => string }
  | { readonly type: 'int32' | 'float64'; readonly of: (row: Row) => number }
);

/** An NTTable that shows one row for each thing. @typeParam S the part of the state that it shows */
export interface RowTable<S> {
  /** PV name after the prefix, or after the slot (`WF1:`). */
  readonly name: string;
  readonly descriptor: string;
  /** What of `S` is shown; the table is as it was as long as this is the same. */
  readonly of: (source: S) => unknown;
  /** It is posted at most so often. */
  readonly periodMs: number;
  /** Serves the PV. @returns what posts the table as the source is */
  readonly serve: (server: PvaServer, pvName: string) => (source: S) => void;
}

function valuesOf<Row>(column: RowColumn<Row>, rows: readonly Row[]): string[] | Int32Array | Float64Array {
  if (column.type === 'string') return rows.map(column.of);
  return column.type === 'int32' ? Int32Array.from(rows, column.of) : Float64Array.from(rows, column.of);
}

/**
 * Declares a table by its rows and columns.
 * @param options.of what of the source is shown; without it, all
 * @param options.columns by name, in order
 */
export function rowTable<S, Row>(options: {
  readonly name: string;
  readonly descriptor: string;
  readonly of?: (source: S) => unknown;
  readonly rows: (source: S) => readonly Row[];
  readonly columns: Readonly<Record<string, RowColumn<Row>>>;
}): RowTable<S> {
  const { name, descriptor, of = (source: S): unknown => source, rows, columns } = options;
  return {
    name,
    descriptor,
    of,
    periodMs: PERIOD_MS,
    serve: (server, pvName) => {
      const pv = server.add(pvName, ntTable(columns), { descriptor });
      return (source) => {
        const shown = rows(source);
        const values = Object.entries(columns).map(([id, column]) => [id, valuesOf<Row>(column, shown)] as const);
        pv.post(Object.fromEntries(values));
      };
    },
  };
}

/** The table of a part of the state as one of the state, maybe under another name. */
export function ofState<S>(
  table: RowTable<S>,
  select: (state: State) => S,
  { name, descriptor }: Pick<RowTable<S>, 'name' | 'descriptor'> = table,
): RowTable<State> {
  return {
    ...table,
    name,
    descriptor,
    of: (state) => table.of(select(state)),
    serve: (server, pvName) => {
      const post = table.serve(server, pvName);
      return (state) => {
        post(select(state));
      };
    },
  };
}
