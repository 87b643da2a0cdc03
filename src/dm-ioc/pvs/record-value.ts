import type { DeviceRecord, RecordValue } from 'node-epics-ca';
import type { Plain, Signal } from '../registry/signal.js';
import { timeText } from '../time-text.js';
import { fitText } from './record-text.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const INT32_MAX = 2_147_483_647;
/** The largest double that an int64 holds. */
const INT64_MAX = 2 ** 63 - 1024;

function isCharArray(record: DeviceRecord): boolean {
  return record.type === 'waveform' || record.type === 'aai' || record.type === 'aao';
}

function textValue(record: DeviceRecord, text: string, keep: 'head' | 'tail'): RecordValue {
  const fitted = fitText(text, record.maxLength - 1, keep);
  if (!isCharArray(record)) return fitted;
  const bytes = encoder.encode(`${fitted}\0`);
  return record.elementType === 'CHAR' ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
}

function numberValue(record: DeviceRecord, value: number): RecordValue {
  switch (record.type) {
    case 'int64in':
    case 'int64out':
      return BigInt(Math.max(-(2 ** 63), Math.min(INT64_MAX, Math.trunc(value))));
    case 'longin':
    case 'longout':
      return Math.max(-INT32_MAX - 1, Math.min(INT32_MAX, Math.trunc(value)));
    default:
      return value;
  }
}

/** A value of the state in the form that the record takes. */
export function toRecordValue(record: DeviceRecord, signal: Signal<unknown>, value: Plain): RecordValue {
  if (signal.kind === 'command') return value === true ? 1 : 0;
  switch (signal.valueKind) {
    case 'text':
      return textValue(record, String(value), signal.kind === 'reading' ? (signal.keep ?? 'head') : 'head');
    case 'time':
      return record.type === 'ai' || record.type === 'ao'
        ? Number(value) / 1000
        : textValue(record, timeText(Number(value)), 'head');
    case 'boolean':
      return value === true ? 1 : 0;
    case 'choice':
      return Math.max(0, signal.states?.indexOf(String(value)) ?? 0);
    case 'integer':
    case 'number':
      return numberValue(record, Number(value));
  }
}

function arrayText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
}

/** What a client put, in the form that a setpoint's parser takes. */
export function fromRecordValue(signal: Signal<unknown>, value: RecordValue): Plain {
  if (typeof value === 'object') {
    if (ArrayBuffer.isView(value)) return arrayText(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    return value.join(',');
  }
  const plain = typeof value === 'bigint' ? Number(value) : value;
  if (signal.kind === 'setpoint' && signal.valueKind === 'choice' && typeof plain === 'number') {
    return signal.states?.[plain] ?? String(plain);
  }
  const isState = signal.kind === 'setpoint' && signal.valueKind === 'boolean' && (plain === 0 || plain === 1);
  return isState ? plain === 1 : plain;
}
