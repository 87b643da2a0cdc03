import { addressesOf, type Area } from '../../registry/area.js';
import { FILE_SIGNALS } from './file-signals.js';

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
