import { readingsOf, type ReadingOptions } from '../../registry/readings.js';
import type { Plain, ReadingSignal, Shown, ValueKind } from '../../registry/signal.js';
import type { SlotState } from '../../state/state.js';
import {
  failedJobs,
  filesCompleted,
  transferError,
  transferPercent,
  transferRunTime,
  type Transfer,
} from './transfer-view.js';

/** What a slot shows of its DAQ or upload. @param what the word for it in descriptions */
export function transferReadings<S extends SlotState<object, Transfer>>(
  what: string,
): Readonly<Record<string, ReadingSignal<S>>> {
  const { reading, status } = readingsOf<S>('DAQ');
  const lasting = readingsOf<S>();
  const errorOf = ({ object }: S): string => (object === null ? '' : transferError(object));
  const figure = (
    kind: ValueKind,
    description: string,
    of: (transfer: Transfer, slot: S) => Plain | Shown,
    options?: ReadingOptions,
  ): ReadingSignal<S> =>
    reading(kind, description, (slot) => (slot.object === null ? 0 : of(slot.object, slot)), options);
  return {
    id: lasting.reading('text', `Id of the ${what}`, (slot) => slot.id, { isSlotId: true }),
    status: status(`Status of the ${what}`, (slot) => ({
      status: slot.object?.status ?? (slot.id === '' ? null : undefined),
      error: errorOf(slot),
      warning: slot.warning,
    })),
    experiment: reading('text', `Experiment of the ${what}`, (slot) => slot.object?.experimentName ?? ''),
    statusText: reading('text', 'Status as DM says it', (slot) => slot.object?.status ?? ''),
    nFiles: figure('integer', 'Files seen', (transfer) => transfer.countFiles),
    nCompleted: figure('integer', 'Files stored', filesCompleted),
    nErrors: figure('integer', 'Files that failed', (transfer) => {
      const value = transfer.nProcessingErrors;
      return value === 0 ? value : { value, severity: 'MINOR', message: transferError(transfer) };
    }),
    nJobsFailed: figure('integer', 'Jobs for its files that failed', (transfer) => {
      const value = transfer.nJobsFailed ?? 0;
      return value === 0 ? value : { value, severity: 'MINOR', message: failedJobs(transfer) };
    }),
    percent: figure('number', 'Part that is stored', transferPercent, { unit: '%' }),
    runTime: figure('number', 'Time since the start', (transfer, { nowMs }) => transferRunTime(transfer, nowMs), {
      unit: 's',
    }),
    errorMessage: lasting.reading(
      'text',
      'Why it failed',
      (slot) => slot.commandError || errorOf(slot) || slot.warning,
    ),
  };
}
