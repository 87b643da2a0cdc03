import type { CommandContext } from '../commands/command.js';
import { isActive, isSlotBusy } from '../state/active.js';
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
   * Runs `start` while no other start and no abort is under way in this slot. What has ended is forgotten first, so that nothing of it
   * stands beside the reason when the start is refused; the id that the slot holds then is saved, as what was answered must survive a
   * crash. @throws CommandError SLOT_BUSY, ABORT_UNDER_WAY
   */
  readonly claim: (start: () => Promise<void>) => Promise<void>;
  /** Resolves when no start is under way. */
  readonly started: () => Promise<void>;
  /** Ends what the slot holds by `abort`; no start that was put before it is carried out after it. @param name of the command */
  readonly abort: (name: string, abort: () => Promise<void>) => Promise<void>;
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
  const { store, gates, answered, save } = context;
  const gate = gates(kind, slot);
  const clear = (): void => {
    store.dispatch({ type: 'slotCleared', kind, slot });
  };
  return {
    ...kindContext(context, kind),
    get slot() {
      return slotOf(store.state, kind, slot);
    },
    take: (object) => {
      store.dispatch({ type: 'slotTaken', kind, slot, object });
    },
    clear,
    claim: (start) =>
      gate.start(async () => {
        if (!isSlotBusy(slotOf(store.state, kind, slot))) clear();
        await start();
        await save();
      }, answered),
    started: () => gate.started(),
    abort: (name, abort) => gate.abort(name, abort),
  };
}
