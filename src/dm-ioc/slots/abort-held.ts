import type { CallContext } from '../commands/remote-call.js';
import { isActive } from '../state/active.js';
import type { DmObject } from '../state/collection.js';
import { objectsOf } from '../state/state.js';

/**
 * A call that ends an object which slots may hold: to those it is an abort, so that no start that was put before it is carried out
 * after it. The answer doesn't wait for that, nor for the object's end.
 * @param id of the object; null when only `stop` finds it
 */
export async function abortHeld<O extends DmObject>(
  { store, gates }: CallContext,
  kind: string,
  id: string | null,
  stop: () => Promise<O>,
): Promise<O> {
  const stopped = stop();
  const held = id ?? (await stopped).id;
  const ended = async (): Promise<void> => {
    await stopped;
    await store.when((state) => !isActive(objectsOf(state, kind).get(held)) || undefined);
  };
  for (const [index, slot] of (store.state.slots[kind] ?? []).entries()) {
    if (slot.id !== held) continue;
    void gates(kind, index + 1)
      .abort('a stop by call', ended)
      .catch(() => undefined);
  }
  return stopped;
}
