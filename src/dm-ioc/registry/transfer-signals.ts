import type { DaqInfo, UploadInfo } from 'dm';
import {
  filesCompleted,
  filesWaiting,
  transferError,
  transferPercent,
  transferRunTime,
} from '../state/transfer-view.js';
import type { DaqSlot, State, UploadSlot } from '../state/state.js';
import { isActive, reading, statusReading } from './readings.js';
import { booleanSetpoint, choiceSetpoint, jsonSetpoint, textSetpoint } from './setpoints.js';
import type { ReadingSignal, Signal } from './signal.js';

type TransferSlot = DaqSlot | UploadSlot;

function transferReadings<S extends TransferSlot>(
  what: string,
  transferOf: (slot: S) => DaqInfo | UploadInfo | null,
): Readonly<Record<string, ReadingSignal<S>>> {
  const service = 'DAQ';
  const count = (description: string, of: (transfer: DaqInfo | UploadInfo) => number): ReadingSignal<S> =>
    reading(
      'integer',
      description,
      (slot) => {
        const transfer = transferOf(slot);
        return transfer === null ? 0 : of(transfer);
      },
      { service },
    );
  const errorOf = (slot: S): string => {
    const transfer = transferOf(slot);
    return slot.commandError || (transfer === null ? '' : transferError(transfer));
  };
  return {
    id: reading('text', `Id of the ${what}`, (slot) => slot.id),
    status: statusReading(`Status of the ${what}`, service, (slot) => {
      const transfer = transferOf(slot);
      return {
        status: transfer?.status ?? (slot.id === '' ? null : 'unknown'),
        error: transfer === null ? '' : transferError(transfer),
        warning: slot.warning,
      };
    }),
    statusText: reading('text', 'Status as DM says it', (slot) => transferOf(slot)?.status ?? '', { service }),
    nFiles: count('Files seen', (transfer) => transfer.countFiles),
    nCompleted: count('Files stored', filesCompleted),
    nErrors: reading(
      'integer',
      'Files that failed',
      (slot) => {
        const transfer = transferOf(slot);
        const value = transfer?.nProcessingErrors ?? 0;
        if (transfer === null || value === 0) return value;
        return { value, severity: 'MINOR', message: transferError(transfer) };
      },
      { service },
    ),
    percent: reading(
      'number',
      'Part that is stored',
      (slot) => {
        const transfer = transferOf(slot);
        return transfer === null ? 0 : transferPercent(transfer);
      },
      { unit: '%', service },
    ),
    runTime: reading(
      'number',
      'Time since the start',
      (slot) => {
        const transfer = transferOf(slot);
        return transfer === null ? 0 : transferRunTime(transfer, slot.nowMs);
      },
      { unit: 's', service },
    ),
    errorMessage: reading('text', 'Why it failed', errorOf),
  };
}

/** Addresses `@daq[n].…` */
export const DAQ_SIGNALS: Readonly<Record<string, Signal<DaqSlot>>> = {
  dataDirectory: textSetpoint('dataDirectory', 'Directory to watch'),
  destDirectory: textSetpoint('destDirectory', 'Where to, within the experiment'),
  processExisting: booleanSetpoint('processExisting', 'Also take what is there already', ['No', 'Yes']),
  skipPattern: textSetpoint('skipPattern', 'Files to skip: patterns, by comma'),
  useAnalysisDirectory: booleanSetpoint('useAnalysisDirectory', 'Store under analysis, not data', ['No', 'Yes']),
  workflowName: textSetpoint('workflowName', 'Workflow to run for each file'),
  workflowArgs: jsonSetpoint('workflowArgs', 'Its arguments, a JSON object', 4000),
  start: { kind: 'command', description: 'Start, or take the active DAQ' },
  stop: { kind: 'command', description: 'Stop; done when it has ended' },
  sync: { kind: 'command', description: 'Done when files seen so far are stored' },
  ...transferReadings<DaqSlot>('DAQ', (slot) => slot.daq),
  nWaiting: reading('integer', 'Files that wait', (slot) => (slot.daq === null ? 0 : filesWaiting(slot.daq)), {
    service: 'DAQ',
  }),
  startTime: reading('time', 'When it started', (slot) => (slot.daq?.startTime ?? 0) * 1000, { service: 'DAQ' }),
};

/** Addresses `@daq.…`: over all DAQs of the station. */
export const DAQ_TOTAL_SIGNALS: Readonly<Record<string, Signal<State['daqs']>>> = {
  nActive: reading('integer', 'Active DAQs of the station', (daqs) => [...daqs.values()].filter(isActive).length, {
    service: 'DAQ',
  }),
};

/** Addresses `@upload[n].…` */
export const UPLOAD_SIGNALS: Readonly<Record<string, Signal<UploadSlot>>> = {
  dataDirectory: textSetpoint('dataDirectory', 'Directory to upload from'),
  filePath: textSetpoint('filePath', 'This file only, within the directory'),
  destDirectory: textSetpoint('destDirectory', 'Where to, within the experiment'),
  mode: choiceSetpoint('mode', 'One file at a time, or all at once', ['Files', 'Directory']),
  reprocess: booleanSetpoint('reprocess', 'Also what is stored unchanged', ['No', 'Yes']),
  run: { kind: 'command', description: 'Upload; done when it has ended' },
  start: { kind: 'command', description: 'Upload; done when DM has taken it' },
  abort: { kind: 'command', description: 'Abort; done when it has ended' },
  ...transferReadings<UploadSlot>('upload', (slot) => slot.upload),
};
