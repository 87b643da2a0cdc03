import type { Experiment } from 'dm';
import type { ExperimentState } from '../state/state.js';
import { NO_YES, reading } from './readings.js';
import { textSetpoint } from './setpoints.js';
import type { ReadingSignal, Signal } from './signal.js';

function ofSelected(
  description: string,
  read: (experiment: Experiment) => string | null | undefined,
): ReadingSignal<ExperimentState> {
  return reading('text', description, ({ selected }) => (selected === null ? '' : (read(selected) ?? '')), {
    service: 'DS',
  });
}

/** Addresses `@experiment.…` */
export const EXPERIMENT_SIGNALS: Readonly<Record<string, Signal<ExperimentState>>> = {
  name: textSetpoint('name', 'Experiment to work for', { maxCharacters: 128 }),
  selected: ofSelected('Experiment that commands use', (experiment) => experiment.name),
  valid: reading(
    'boolean',
    'DM knows the experiment',
    ({ inputs, selected, refused }) => {
      if (selected !== null) return true;
      if (inputs.name === '' && refused['name'] === undefined) return false;
      return { value: false, severity: 'MINOR', message: refused['name'] ?? 'not validated yet' };
    },
    { states: NO_YES, service: 'DS' },
  ),
  id: reading('integer', 'DM id', ({ selected }) => selected?.id ?? 0, { service: 'DS' }),
  description: ofSelected('Description', (experiment) => experiment.description),
  type: ofSelected('Experiment type', (experiment) => experiment.experimentType?.name),
  startDate: ofSelected('Start date', (experiment) => experiment.startDate),
  endDate: ofSelected('End date', (experiment) => experiment.endDate),
  storageDirectory: ofSelected('Storage directory', (experiment) => experiment.storageDirectory),
  dataDirectory: ofSelected('Data directory', (experiment) => experiment.dataDirectory),
  analysisDirectory: ofSelected('Analysis directory', (experiment) => experiment.analysisDirectory),
  rootPath: ofSelected('Root path', (experiment) => experiment.rootPath),
  users: ofSelected('Users, by comma', (experiment) => experiment.experimentUsernameList?.join(',')),
  refresh: { kind: 'command', description: 'Ask DM for its experiments again' },
};
