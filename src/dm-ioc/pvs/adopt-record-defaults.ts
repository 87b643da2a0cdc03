import { errorText } from 'dm';
import type { Ioc } from 'node-epics-ca';
import { StartupError } from '../errors.js';
import type { Store } from '../state/store.js';
import type { Binding } from './binding.js';
import { fromRecordValue } from './record-value.js';

/**
 * Takes the values that the databases give to setpoints as the inputs to begin with; a site changes a default in its own `.db`.
 * An empty text keeps the built-in default, as long strings can't have a value in a database.
 * @throws StartupError DATABASE_VALUE naming the record when it isn't one that may be put
 */
export function adoptRecordDefaults(ioc: Pick<Ioc, 'readRecord'>, bindings: readonly Binding[], store: Store): void {
  for (const { record, signal, place } of bindings) {
    if (signal.kind !== 'setpoint') continue;
    const value = fromRecordValue(signal, ioc.readRecord(record));
    if (value === '') continue;
    try {
      store.dispatch({ type: 'input', place, input: signal.input, value: signal.parse(value) });
    } catch (error) {
      const reason = errorText(error);
      throw new StartupError('DATABASE_VALUE', `${record.file}: record ${record.name}: its VAL: ${reason}`, {
        cause: error,
      });
    }
  }
}
