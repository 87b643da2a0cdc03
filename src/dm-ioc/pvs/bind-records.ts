import type { DeviceRecord, DeviceRecordType } from 'node-epics-ca';
import { StartupError } from '../errors.js';
import type { Area } from '../registry/area.js';
import { resolveAddress } from '../registry/resolve-address.js';
import type { Signal, ValueKind } from '../registry/signal.js';
import type { Binding } from './binding.js';

const IN_TYPES: Readonly<Record<ValueKind, readonly DeviceRecordType[]>> = {
  text: ['lsi', 'stringin', 'waveform', 'aai'],
  integer: ['longin', 'int64in', 'ai'],
  number: ['ai'],
  boolean: ['bi'],
  choice: ['mbbi'],
  time: ['stringin', 'lsi', 'ai'],
};

const OUT_TYPES: Readonly<Record<ValueKind, readonly DeviceRecordType[]>> = {
  text: ['lso', 'stringout', 'aao', 'waveform'],
  integer: ['longout', 'int64out', 'ao'],
  number: ['ao'],
  boolean: ['bo'],
  choice: ['mbbo'],
  time: ['stringout', 'lso', 'ao'],
};

/** The record types that fit a signal, the usual one first. */
export function fittingRecordTypes(signal: Signal<unknown>): readonly DeviceRecordType[] {
  if (signal.kind === 'command') return ['busy'];
  const { valueKind } = signal;
  if (signal.kind === 'setpoint') return OUT_TYPES[valueKind];
  return signal.acknowledge === undefined ? IN_TYPES[valueKind] : [...OUT_TYPES[valueKind], ...IN_TYPES[valueKind]];
}

function checkStates(record: DeviceRecord, signal: Signal<unknown>): void {
  if (signal.kind === 'command' || signal.states === undefined) return;
  const labels = record.states.slice(0, signal.states.length);
  if (signal.valueKind === 'choice' && labels.join('|') !== signal.states.join('|')) {
    throw new StartupError(
      'ADDRESS_STATES',
      `${record.file}: record ${record.name}, address "@${record.address}": its states must be ${signal.states.join(', ')}, in this order`,
    );
  }
}

function checkElementType(record: DeviceRecord): void {
  const isArray = record.type === 'waveform' || record.type === 'aai' || record.type === 'aao';
  if (isArray && record.elementType !== 'CHAR' && record.elementType !== 'UCHAR') {
    throw new StartupError(
      'ADDRESS_RECORD_TYPE',
      `${record.file}: record ${record.name}, address "@${record.address}": a ${record.type} for text needs FTVL CHAR, not ${record.elementType ?? 'none'}`,
    );
  }
}

function bindRecord(record: DeviceRecord, areas: readonly Area[]): Binding {
  const where = `${record.file}: `;
  let resolved;
  try {
    resolved = resolveAddress(record.address, areas);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    throw new StartupError(error.code, `${where}record ${record.name}: ${error.message}`, { cause: error });
  }
  const types = fittingRecordTypes(resolved.signal);
  if (!types.includes(record.type)) {
    throw new StartupError(
      'ADDRESS_RECORD_TYPE',
      `${where}record ${record.name}, address "@${record.address}": is a ${resolved.signal.kind}, so the record type must be ${types.join(' or ')}, not ${record.type}`,
    );
  }
  checkElementType(record);
  checkStates(record, resolved.signal);
  return { ...resolved, record };
}

/**
 * What each record of DTYP "dm" means; a mistake keeps the IOC from starting.
 * @throws StartupError ADDRESS_… naming file, record, address and the remedy
 */
export function bindRecords(records: readonly DeviceRecord[], areas: readonly Area[]): readonly Binding[] {
  return records.map((record) => bindRecord(record, areas));
}
