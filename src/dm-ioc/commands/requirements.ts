import type { Experiment } from 'dm';
import { CommandError } from '../errors.js';
import type { InputState } from '../state/state.js';
import type { CommandContext } from './command.js';

/** Refuses while a setpoint of the area holds something that was refused. @throws CommandError SETPOINT_INVALID */
export function requireGoodInputs(area: InputState<object>): void {
  for (const reason of Object.values(area.refused)) throw new CommandError('SETPOINT_INVALID', reason);
}

/** @throws CommandError SETPOINT_MISSING with the PV to put */
export function requireText(value: string, what: string): string {
  if (value === '') throw new CommandError('SETPOINT_MISSING', `no ${what}: put it first`);
  return value;
}

/** The experiment that DM has confirmed. @throws CommandError EXPERIMENT_NOT_SELECTED */
export function requireExperiment({ store }: Pick<CommandContext, 'store'>): Experiment {
  const { selected, inputs, refused } = store.state.experiment;
  if (selected !== null) return selected;
  const reason = refused['name'];
  if (reason !== undefined) throw new CommandError('EXPERIMENT_NOT_SELECTED', reason);
  throw new CommandError(
    'EXPERIMENT_NOT_SELECTED',
    inputs.name === ''
      ? 'no experiment: put Experiment first'
      : `${inputs.name} is not confirmed by DM yet: it is used as soon as DM answers`,
  );
}
