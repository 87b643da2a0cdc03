import type { Experiment } from 'dm';
import { NO_YES, readingsOf } from '../../registry/readings.js';
import { Setpoints } from '../../registry/setpoints.js';
import { command, type ReadingSignal, type Signals } from '../../registry/signal.js';
import type { ExperimentState } from '../../state/state.js';
import { refreshExperiments, selectExperiment } from './experiment-commands.js';

const { reading } = readingsOf<ExperimentState>('DS');
const setpoint = new Setpoints<ExperimentState>();

function ofSelected(
  description: string,
  read: (experiment: Experiment) => string | null | undefined,
): ReadingSignal<ExperimentState> {
  return reading('text', description, ({ selected }) => (selected === null ? '' : (read(selected) ?? '')));
}

/** Addresses `@experiment.…` */
export const EXPERIMENT_SIGNALS: Signals<ExperimentState> = {
  name: setpoint.name('name', 'Experiment to work for', { maxCharacters: 128, effect: selectExperiment }),
  selected: reading('text', 'Experiment that commands use', ({ inputs, selected, refused, isUnconfirmed }) => {
    if (selected !== null) return selected.name;
    const reason = refused['name'];
    if (reason !== undefined) return { value: '', severity: 'INVALID', status: 'WRITE', message: reason };
    if (!isUnconfirmed) return '';
    return { value: '', severity: 'INVALID', status: 'COMM', message: `not confirmed by DM yet: ${inputs.name}` };
  }),
  valid: reading(
    'boolean',
    'DM knows the experiment',
    ({ inputs, selected, refused }) => {
      if (selected !== null) return true;
      if (inputs.name === '' && refused['name'] === undefined) return false;
      return { value: false, severity: 'MINOR', message: refused['name'] ?? 'not validated yet' };
    },
    { states: NO_YES },
  ),
  id: reading('integer', 'DM id', ({ selected }) => selected?.id ?? 0),
  description: ofSelected('Description', (experiment) => experiment.description),
  type: ofSelected('Experiment type', (experiment) => experiment.experimentType?.name),
  startDate: ofSelected('Start date', (experiment) => experiment.startDate),
  endDate: ofSelected('End date', (experiment) => experiment.endDate),
  storageDirectory: ofSelected('Storage directory', (experiment) => experiment.storageDirectory),
  dataDirectory: ofSelected('Data directory', (experiment) => experiment.dataDirectory),
  analysisDirectory: ofSelected('Analysis directory', (experiment) => experiment.analysisDirectory),
  rootPath: ofSelected('Root path', (experiment) => experiment.rootPath),
  users: ofSelected('Users, by comma', (experiment) => experiment.experimentUsernameList?.join(',')),
  refresh: command('Ask DM for its experiments again', refreshExperiments),
};
