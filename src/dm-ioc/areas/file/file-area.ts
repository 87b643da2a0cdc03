import { LONGEST_WAIT_S } from '../../commands/time-limit.js';
import { addressesOf, type Area } from '../../registry/area.js';
import { NO_YES, readingsOf } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import { command, type Signals } from '../../registry/signal.js';
import type { FileState } from '../../state/state.js';
import { lookUpFile, waitForFile } from './file-commands.js';

const { reading } = readingsOf<FileState>('CAT');
const setpoint = new Setpoints<FileState>();

/** Addresses `@file.…` */
const FILE_SIGNALS: Signals<FileState> = {
  path: setpoint.path('path', 'File, within the data directory', { effect: lookUpFile }),
  timeout: setpoint.number('timeoutS', 'Longest wait; 0: no limit', { unit: 's', min: 0, max: LONGEST_WAIT_S }),
  wait: command('Done when the file is in DM', waitForFile),
  inCatalog: reading('boolean', 'DM has the file', ({ file }) => file !== null, { states: NO_YES }),
  ready: reading('boolean', 'The file can be processed', ({ file }) => file?.readyForProcessing ?? file !== null, {
    states: NO_YES,
  }),
  size: reading('integer', 'Size', ({ file }) => file?.fileSize ?? 0, { unit: 'bytes' }),
  md5: reading('text', 'Checksum', ({ file }) => file?.md5Sum ?? ''),
};

/** A file in DM's catalogue. */
export const fileArea: Area = {
  addresses: [addressesOf('file', FILE_SIGNALS)],
  databases: [{ file: 'file.db' }],
  changes: {
    file: (file, { experiment, file: shown }) => {
      const isShown =
        file.experimentName === experiment.selected?.name && file.experimentFilePath === shown.inputs.path;
      return isShown ? { type: 'fileFound', file } : undefined;
    },
  },
};
