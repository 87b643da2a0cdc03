import { CommandError } from '../errors.js';
import type { CommandContext } from '../commands/command.js';
import { isActive } from '../state/active.js';
import type { Collection, DmObject } from '../state/collection.js';
import { objectsOf, slotOf, type SlotState, type State } from '../state/state.js';

/** What a command over all objects of a kind works with. `O` is what DM tells of one, `Kept` what is kept of it. */
export interface KindContext<O, Kept extends DmObject> extends CommandContext {
  /** What DM has of the kind. */
  readonly objectsOf: (state: State) => Collection<Kept>;
  /** DM has said this about an object. */
  readonly learn: (object: O) => void;
  /** What is kept of the object, once it has ended. @throws the signal's reason */
  readonly ended: (id: string, signal: AbortSignal) => Promise<Kept>;
}

/** What a command of a slot works with. */
export interface SlotContext<Slot, O, Kept extends DmObject> extends KindContext<O, Kept> {
  /** The slot as it is now. */
  readonly slot: Slot;
  /** The slot holds this from now on. */
  readonly take: (object: O) => void;
  /** The slot holds nothing from now on. */
  readonly clear: () => void;
  /**
   * Runs `start` while no other start is under way in this slot, and saves the id that the slot holds then: what was answered must
   * survive a crash. @throws CommandError SLOT_BUSY
   */
  readonly claim: (start: () => Promise<void>) => Promise<void>;
}

export function kindContext(context: CommandContext, kind: string): KindContext<DmObject, DmObject> {
  const { store } = context;
  return {
    ...context,
    objectsOf: (state) => objectsOf(state, kind),
    learn: (object) => {
      store.dispatch({ type: 'objects', kind, objects: [object] });
    },
    ended: (id, signal) =>
      store.when((state) => {
        const object = objectsOf(state, kind).get(id);
        return object === undefined || isActive(object) ? undefined : object;
      }, signal),
  };
}

/** @param slot from 1 */
export function slotContext(
  context: CommandContext,
  kind: string,
  slot: number,
): SlotContext<SlotState, DmObject, DmObject> {
  const { store, claims, save } = context;
  const claimName = `${kind}${slot}`;
  return {
    ...kindContext(context, kind),
    get slot() {
      return slotOf(store.state, kind, slot);
    },
    take: (object) => {
      store.dispatch({ type: 'slotTaken', kind, slot, object });
    },
    clear: () => {
      store.dispatch({ type: 'slotCleared', kind, slot });
    },
    claim: async (start) => {
      if (claims.has(claimName)) throw new CommandError('SLOT_BUSY', 'busy: another start is under way in this slot');
      claims.add(claimName);
      try {
        await start();
        await save();
      } finally {
        claims.delete(claimName);
      }
    },
  };
}
