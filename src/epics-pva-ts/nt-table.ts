import type { ScalarCode } from 'node-pvxs';
import { alarmField } from './alarm.js';
import { ChangedColumns } from './changed-columns.js';
import { checkLengths } from './check-lengths.js';
import { structureCodec } from './field-codec.js';
import type { InputOf, ValueOf } from './field-type.js';
import type { PvType } from './pv-type.js';
import { timeStampField } from './time-stamp.js';

/** A column of a table. */
export interface TableColumn {
  readonly type: ScalarCode;
  /** Header; default the column's name. */
  readonly label?: string;
}
export type TableColumns = Readonly<Record<string, TableColumn>>;

/** All columns of a table. */
export type TableValue<C extends TableColumns> = { readonly [K in keyof C]: ValueOf<`${C[K]['type']}[]`> };
/** Columns to post; a column left out stays as it is. */
export type TableInput<C extends TableColumns> = { readonly [K in keyof C]?: InputOf<`${C[K]['type']}[]`> | undefined };

/**
 * NTTable. A column posted again with the same elements isn't converted or sent again, whether the same array, changed
 * in place or not, or another one.
 * @param columns by name, in order. Phoebus shows columns of strings, booleans and numbers.
 */
export function ntTable<const C extends TableColumns>(columns: C): PvType<TableValue<C>, TableInput<C>> {
  const types = new Map(Object.entries(columns).map(([name, { type }]) => [name, type]));
  const fields = Object.fromEntries(
    Object.entries(columns).map(([name, { type }]) => [name, `${type}[]` as const] as const),
  );
  const codec = structureCodec('epics:nt/NTTable:1.0', {
    labels: 'string[]',
    value: { code: 'struct', fields },
    descriptor: 'string',
    alarm: alarmField,
    timeStamp: timeStampField,
  });
  return {
    descriptor: codec.descriptor,
    initial: { labels: Object.entries(columns).map(([name, { label }]) => label ?? name) },
    encoder: (present) => {
      const changed = new ChangedColumns(types, present);
      return (input) => changed.take(input);
    },
    decode: (raw) => raw['value'] as TableValue<C>,
    checkPut: (fields) => {
      checkLengths(Object.entries(fields['value'] as Readonly<Record<string, ArrayLike<unknown>>>));
    },
  };
}
