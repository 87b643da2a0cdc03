import { exactJsonText, outputVariables, type Job } from 'dm';
import { rowTable } from '../../registry/row-table.js';
import type { Shown } from '../../registry/signal.js';
import type { WorkflowSlot } from './workflow-slot.js';

/** What `VariablesJson` holds. */
const MOST_BYTES = 8000;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : exactJsonText(value);
}

/** `WFn:Variables` */
export const VARIABLE_TABLE = rowTable<WorkflowSlot, readonly [string, unknown]>({
  name: 'Variables',
  descriptor: 'Output variables of the job in slot',
  of: ({ object }) => object,
  rows: ({ object }) => (object === null ? [] : Object.entries(outputVariables(object))),
  columns: {
    name: { type: 'string', label: 'Name', of: ([name]) => name },
    value: { type: 'string', label: 'Value', of: ([, value]) => textOf(value) },
  },
});

/** The same as a JSON object that is whole: without the longest values when it would be too long, which an alarm says. */
export function variablesJson(job: Job): Shown {
  const entries = Object.entries(outputVariables(job));
  const sizeOf = (entry: readonly unknown[]): number => Buffer.byteLength(exactJsonText(entry));
  const kept = new Set(entries);
  let sizeBytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  for (const entry of [...entries].sort((a, b) => sizeOf(b) - sizeOf(a))) {
    if (sizeBytes <= MOST_BYTES) break;
    kept.delete(entry);
    sizeBytes -= sizeOf(entry);
  }
  const value = exactJsonText(Object.fromEntries(kept));
  const nLeftOut = entries.length - kept.size;
  return nLeftOut === 0 ? { value } : { value, severity: 'MINOR', message: `${nLeftOut} too long: see Variables` };
}
