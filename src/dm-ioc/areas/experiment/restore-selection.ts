import { type DataManagement, errorText } from 'dm';
import type { Logger } from 'pino';
import { isRefusal } from '../../errors.js';
import type { State } from '../../state/state.js';
import type { Store } from '../../state/store.js';

/**
 * Asks DM about the name of the experiment that it couldn't be asked about before, at a restart or while DM was away. Ends when DM
 * has confirmed or refused it, when another one is put, or when the signal aborts; while DM can't be asked, waits for the service.
 * @returns true when DM has confirmed it
 */
export async function restoreSelection(
  dm: DataManagement,
  store: Store,
  log: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const { name } = store.state.experiment.inputs;
  const isWanted = ({ experiment }: State): boolean =>
    !signal.aborted && experiment.inputs.name === name && experiment.isUnconfirmed;
  while (isWanted(store.state)) {
    const asked = store.state.health.DS;
    try {
      const experiment = await dm.experiments.getByName(name, { signal });
      if (!isWanted(store.state)) return false;
      store.dispatch({ type: 'experiments', experiments: [experiment] });
      store.dispatch({ type: 'experimentSelected', experiment });
      return true;
    } catch (error) {
      if (!isWanted(store.state)) return false;
      const reason = errorText(error);
      log.warn({ experiment: name, reason }, 'DM has not confirmed the experiment');
      if (isRefusal(error)) {
        const text = `Experiment: ${reason}`;
        store.dispatch({ type: 'inputRefused', place: { area: 'experiment' }, input: 'name', reason: text });
        store.dispatch({ type: 'message', text, severity: 'INVALID' });
        return false;
      }
      const isBack = (state: State): true | undefined =>
        !isWanted(state) || (state.health.DS !== asked && state.health.DS.connected) ? true : undefined;
      await store.when(isBack, signal).catch(() => undefined);
    }
  }
  return false;
}

/** Keeps doing so, until the signal aborts. @param onConfirmed called each time that DM has confirmed the name after all */
export async function keepSelection(
  dm: DataManagement,
  store: Store,
  log: Logger,
  signal: AbortSignal,
  onConfirmed: () => void,
): Promise<void> {
  while (!signal.aborted) {
    if (await restoreSelection(dm, store, log, signal)) onConfirmed();
    await store.when(({ experiment }) => experiment.isUnconfirmed || undefined, signal).catch(() => undefined);
  }
}
