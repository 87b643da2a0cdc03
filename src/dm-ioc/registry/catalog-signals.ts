import type { DatasetState, FileState } from '../state/state.js';
import { NO_YES, reading, statusReading } from './readings.js';
import { jsonSetpoint, numberSetpoint, textSetpoint } from './setpoints.js';
import type { Signal } from './signal.js';

const service = 'CAT';

/** Addresses `@file.…` */
export const FILE_SIGNALS: Readonly<Record<string, Signal<FileState>>> = {
  path: textSetpoint('path', 'File, within the data directory'),
  timeout: numberSetpoint('timeoutS', 'Longest wait; 0: no limit', { unit: 's', min: 0, max: 1_000_000_000 }),
  wait: { kind: 'command', description: 'Done when the file is in DM' },
  inCatalog: reading('boolean', 'DM has the file', ({ file }) => file !== null, { states: NO_YES, service }),
  ready: reading('boolean', 'The file can be processed', ({ file }) => file?.readyForProcessing ?? file !== null, {
    states: NO_YES,
    service,
  }),
  size: reading('integer', 'Size', ({ file }) => file?.fileSize ?? 0, { unit: 'bytes', service }),
  md5: reading('text', 'Checksum', ({ file }) => file?.md5Sum ?? '', { service }),
};

/** Addresses `@dataset.…` */
export const DATASET_SIGNALS: Readonly<Record<string, Signal<DatasetState>>> = {
  name: textSetpoint('name', 'Name of the dataset', { maxCharacters: 255 }),
  metadata: jsonSetpoint('metadata', 'Metadata, a JSON object', 32_000),
  upload: { kind: 'command', description: 'Add the dataset to DM' },
  status: statusReading('Status of the upload', service, ({ status, error }) => ({ status, error, warning: '' })),
};
