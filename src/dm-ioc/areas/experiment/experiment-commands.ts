import { isRefusal } from '../../errors.js';
import type { Command } from '../../commands/command.js';

/**
 * What a put to Experiment does: DM confirms the name, then it is the one that commands use. Until then, and when DM doesn't know
 * it, nothing is selected. When DM can't be asked, the name is kept, and with it the experiment if it was selected already.
 */
export const selectExperiment: Command = async ({ dm, store, signal }) => {
  const { name } = store.state.experiment.inputs;
  if (store.state.experiment.selected?.name !== name) store.dispatch({ type: 'experimentSelected', experiment: null });
  if (name === '') return;
  try {
    const experiment = await dm.experiments.getByName(name, { signal });
    store.dispatch({ type: 'experiments', experiments: [experiment] });
    store.dispatch({ type: 'experimentSelected', experiment });
  } catch (error) {
    if (!isRefusal(error) && store.state.experiment.inputs.name === name) {
      store.dispatch({ type: 'experimentUnconfirmed' });
    }
    throw error;
  }
};

/** Refresh: asks DM for the list, and for the selected experiment, again. */
export const refreshExperiments: Command = async ({ dm, store, signal }) => {
  store.dispatch({ type: 'experiments', experiments: await dm.experiments.list({ signal }) });
  const { selected } = store.state.experiment;
  if (selected === null) return;
  const experiment = await dm.experiments.getByName(selected.name, { signal });
  store.dispatch({ type: 'experiments', experiments: [experiment] });
};
