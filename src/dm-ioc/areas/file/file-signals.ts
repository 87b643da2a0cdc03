import { NO_YES, readingsOf } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import { command, type Signals } from '../../registry/signal.js';
import type { FileState } from '../../state/state.js';
import { lookUpFile, waitForFile } from './file-commands.js';

const { reading } = readingsOf<FileState>('CAT');
const setpoint = new Setpoints<FileState>();

/** Addresses `@file.…` */
export const FILE_SIGNALS: Signals<FileState> = {
  path: setpoint.path('path', 'File, within the data directory', { effect: lookUpFile }),
  timeout: setpoint.number('timeoutS', 'Longest wait; 0: no limit', { unit: 's', min: 0, max: 1_000_000_000 }),
  wait: command('Done when the file is in DM', waitForFile),
  inCatalog: reading('boolean', 'DM has the file', ({ file }) => file !== null, { states: NO_YES }),
  ready: reading('boolean', 'The file can be processed', ({ file }) => file?.readyForProcessing ?? file !== null, {
    states: NO_YES,
  }),
  size: reading('integer', 'Size', ({ file }) => file?.fileSize ?? 0, { unit: 'bytes' }),
  md5: reading('text', 'Checksum', ({ file }) => file?.md5Sum ?? ''),
};
