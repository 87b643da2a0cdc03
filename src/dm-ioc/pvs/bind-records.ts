import type { DeviceRecord, DeviceRecordType } from 'node-epics-ca';
import { StartupError, type StartupErrorCode } from '../errors.js';
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

/** Why a record can't have its address; undefined: it can. */
function mistakeOf(record: DeviceRecord, signal: Signal<unknown>): [StartupErrorCode, string] | undefined {
  const types = fittingRecordTypes(signal);
  if (!types.includes(record.type)) {
    const remedy = `so the record type must be ${types.join(' or ')}, not ${record.type}`;
    return ['ADDRESS_RECORD_TYPE', `is a ${signal.kind}, ${remedy}`];
  }
  const isArray = record.type === 'waveform' || record.type === 'aai' || record.type === 'aao';
  if (isArray && record.elementType !== 'CHAR' && record.elementType !== 'UCHAR') {
    const found = record.elementType ?? 'none';
    return ['ADDRESS_RECORD_TYPE', `a ${record.type} for text needs FTVL CHAR, not ${found}`];
  }
  if (signal.kind === 'command' || signal.valueKind !== 'choice' || signal.states === undefined) return undefined;
  const labels = record.states.slice(0, signal.states.length);
  if (labels.join('|') === signal.states.join('|')) return undefined;
  return ['ADDRESS_STATES', `its states must be ${signal.states.join(', ')}, in this order`];
}

function bindRecord(record: DeviceRecord, areas: readonly Area[]): Binding {
  const { file, name, address } = record;
  let resolved;
  try {
    resolved = resolveAddress(address, areas);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    throw new StartupError(error.code, `${file}: record ${name}: ${error.message}`, { cause: error });
  }
  const mistake = mistakeOf(record, resolved.signal);
  if (mistake === undefined) return { ...resolved, record };
  throw new StartupError(mistake[0], `${file}: record ${name}, address "@${address}": ${mistake[1]}`);
}

/**
 * What each record of DTYP "dm" means; a mistake keeps the IOC from starting.
 * @throws StartupError ADDRESS_… naming file, record, address and the remedy
 */
export function bindRecords(records: readonly DeviceRecord[], areas: readonly Area[]): readonly Binding[] {
  return records.map((record) => bindRecord(record, areas));
}
