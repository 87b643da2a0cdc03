import type { DaqInfo, Job, UploadInfo } from 'dm';
import type { DaqSlot } from 'dm-ioc/internal/slots/daq/daq-slot';
import type { UploadSlot } from 'dm-ioc/internal/slots/upload/upload-slot';
import type { JobSummary } from 'dm-ioc/internal/slots/workflow/job-summary';
import type { WorkflowSlot } from 'dm-ioc/internal/slots/workflow/workflow-slot';
import type { Action } from 'dm-ioc/internal/state/action';
import type { Collection, DmObject } from 'dm-ioc/internal/state/collection';
import { objectsOf, slotOf, type State } from 'dm-ioc/internal/state/state';

/** Actions and parts of the state of one kind of slot, with their types. */
interface TypedKind<Slot, O, Kept extends DmObject> {
  /** DM tells this of objects. */
  readonly told: (...objects: readonly O[]) => Action;
  /** The slot (from 1) takes the object. */
  readonly taken: (slot: number, object: O) => Action;
  /** @param slot from 1 */
  readonly slotOf: (state: State, slot: number) => Slot;
  readonly objectsOf: (state: State) => Collection<Kept>;
}

function typedKind<Slot, O extends DmObject, Kept extends DmObject>(kind: string): TypedKind<Slot, O, Kept> {
  return {
    told: (...objects) => ({ type: 'objects', kind, objects }),
    taken: (slot, object) => ({ type: 'slotTaken', kind, slot, object }),
    slotOf: (state, slot) => slotOf(state, kind, slot) as Slot,
    objectsOf: (state) => objectsOf(state, kind) as unknown as Collection<Kept>,
  };
}

export const daqs = typedKind<DaqSlot, DaqInfo, DaqInfo>('daq');
export const uploads = typedKind<UploadSlot, UploadInfo, UploadInfo>('upload');
export const jobs = typedKind<WorkflowSlot, Job, JobSummary>('workflow');
