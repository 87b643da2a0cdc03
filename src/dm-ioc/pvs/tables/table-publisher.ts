import { ntTable, type PvaServer } from 'epics-pva-ts';
import type { State } from '../../state/state.js';
import type { RowColumn, RowTable } from './row-table.js';

function valuesOf<Row>(column: RowColumn<Row>, rows: readonly Row[]): string[] | Int32Array | Float64Array {
  if (column.type === 'string') return rows.map(column.of);
  return column.type === 'int32' ? Int32Array.from(rows, column.of) : Float64Array.from(rows, column.of);
}

/** One table on its way to its PV. */
export interface TablePublisher {
  readonly name: string;
  readonly descriptor: string;
  readonly slice: (state: State) => unknown;
  readonly periodMs: number;
  /** Serves the PV. @returns what posts the table as the state is */
  readonly serve: (server: PvaServer, pvName: string) => (state: State) => void;
}

export function tablePublisher<Row>(table: RowTable<Row>): TablePublisher {
  const { name, descriptor, slice, periodMs, rows, columns } = table;
  return {
    name,
    descriptor,
    slice,
    periodMs,
    serve: (server, pvName) => {
      const pv = server.add(pvName, ntTable(columns), { descriptor });
      return (state) => {
        const shown = rows(state);
        pv.post(
          Object.fromEntries(Object.entries(columns).map(([column, of]) => [column, valuesOf(of, shown)] as const)),
        );
      };
    },
  };
}
