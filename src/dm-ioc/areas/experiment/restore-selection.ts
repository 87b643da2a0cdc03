import { type DataManagement, errorText } from 'dm';
import type { Logger } from 'pino';
import { isRefusal } from '../../errors.js';
import type { State } from '../../state/state.js';
import type { Store } from '../../state/store.js';

/**
 * Asks DM about the name of the experiment that it couldn't be asked about before, at a restart or while DM was away. Ends when DM
 * has confirmed or refused it, when another one is put, or when the signal aborts; while DM can't be asked, waits for the service.
 * @param onAnswer called with null when DM has confirmed it, with the reason when DM has refused it
 */
export async function restoreSelection(
  dm: DataManagement,
  store: Store,
  log: Logger,
  signal: AbortSignal,
  onAnswer: (reason: string | null) => void,
): Promise<void> {
  const { name } = store.state.experiment.inputs;
  const isWanted = ({ experiment }: State): boolean =>
    !signal.aborted && experiment.inputs.name === name && experiment.isUnconfirmed;
  while (isWanted(store.state)) {
    const asked = store.state.health.DS;
    try {
      const experiment = await dm.experiments.getByName(name, { signal });
      if (!isWanted(store.state)) return;
      store.dispatch({ type: 'experiments', experiments: [experiment] });
      store.dispatch({ type: 'experimentSelected', experiment });
      onAnswer(null);
    } catch (error) {
      if (!isWanted(store.state)) return;
      const reason = errorText(error);
      log.warn({ experiment: name, reason }, 'DM has not confirmed the experiment');
      if (isRefusal(error)) {
        const text = `Experiment: ${reason}`;
        store.dispatch({ type: 'inputRefused', place: { area: 'experiment' }, input: 'name', reason: text });
        onAnswer(reason);
        return;
      }
      const isBack = (state: State): true | undefined =>
        !isWanted(state) || (state.health.DS !== asked && state.health.DS.connected) ? true : undefined;
      await store.when(isBack, signal).catch(() => undefined);
    }
  }
}

/** Keeps doing so, until the signal aborts. */
export async function keepSelection(
  dm: DataManagement,
  store: Store,
  log: Logger,
  signal: AbortSignal,
  onAnswer: (reason: string | null) => void,
): Promise<void> {
  while (!signal.aborted) {
    await restoreSelection(dm, store, log, signal, onAnswer);
    await store.when(({ experiment }) => experiment.isUnconfirmed || undefined, signal).catch(() => undefined);
  }
}
