import type { CallContext } from '../commands/remote-call.js';
import { isActive } from '../state/active.js';
import type { DmObject } from '../state/collection.js';
import { objectsOf, type SlotState } from '../state/state.js';

/**
 * A call that ends an object which slots may hold: to those it is an abort, so that no start that was put before it is carried out
 * after it. The answer doesn't wait for that, nor for the object's end.
 */
export async function abortHeld<O extends DmObject>(
  { store, gates }: CallContext,
  kind: string,
  isHeld: (slot: SlotState) => boolean,
  stop: () => Promise<O>,
): Promise<O> {
  const stopped = stop();
  const ended = async (): Promise<void> => {
    const { id } = await stopped;
    await store.when((state) => !isActive(objectsOf(state, kind).get(id)) || undefined);
  };
  for (const [index, slot] of (store.state.slots[kind] ?? []).entries()) {
    if (isHeld(slot))
      void gates(kind, index + 1)
        .abort('a stop by call', ended)
        .catch(() => undefined);
  }
  return stopped;
}
