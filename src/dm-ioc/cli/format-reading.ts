import { printableText } from '../printable-text.js';
import { textTable } from '../text-table.js';
import { timeText } from '../time-text.js';
import { numberText } from './number-text.js';
import type { PvReading } from './pv-reading.js';

function isColumns(value: unknown): value is Readonly<Record<string, ArrayLike<unknown>>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  const columns = Object.values(value);
  return columns.length > 0 && columns.every((column) => Array.isArray(column) || ArrayBuffer.isView(column));
}

function table(columns: Readonly<Record<string, ArrayLike<unknown>>>): string {
  const names = Object.keys(columns);
  const count = Math.max(...Object.values(columns).map((column) => column.length));
  const rows = Array.from({ length: count }, (_row, at) =>
    names.map((name) => printableText(String((columns[name]?.[at] ?? '') as string | number).replaceAll('\n', ' '))),
  );
  return textTable([names, ...rows]);
}

/** @param kept control characters of texts that stay */
function valueText({ value, precision }: PvReading, kept: string): string {
  if (typeof value === 'string') return printableText(value, kept);
  if (typeof value === 'number') return numberText(value, precision);
  if (typeof value === 'object' && value !== null) {
    if (isColumns(value)) return `\n${table(value)}`;
    if (ArrayBuffer.isView(value)) {
      const elements = Array.from(value as unknown as ArrayLike<number | bigint>);
      return elements.map((one) => (typeof one === 'number' ? numberText(one, precision) : String(one))).join(' ');
    }
    return printableText(
      JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part)),
    );
  }
  return String(value);
}

/** One reading for the terminal: just the value, whose texts keep their lines, or in one line with name, time and units; an alarm always shows. */
export function formatReading(pv: string, reading: PvReading, isNamed: boolean): string {
  const { severity, message, timeMs, units = '' } = reading;
  const alarm = severity === 'NONE' ? '' : ` [${severity}${message === '' ? '' : `: ${printableText(message)}`}]`;
  const time = timeMs === null || timeMs <= 0 ? '' : `${timeText(timeMs)} `;
  const unit = units === '' ? '' : ` ${printableText(units)}`;
  return isNamed ? `${pv} ${time}${valueText(reading, '')}${unit}${alarm}` : `${valueText(reading, '\n\t')}${alarm}`;
}
