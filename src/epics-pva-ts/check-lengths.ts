import { PvaError } from './pva-error.js';

/** @throws PvaError `PVA_TYPE` unless the columns of a table, by name, are all of one length */
export function checkLengths(table: Iterable<readonly [string, ArrayLike<unknown>]>): void {
  const columns = [...table];
  if (columns.every(([, column]) => column.length === columns[0]?.[1].length)) return;
  const lengths = columns.map(([name, column]) => `${name} ${column.length}`).join(', ');
  throw new PvaError('PVA_TYPE', `the columns of a table must be of one length: ${lengths}`, { path: 'value' });
}
