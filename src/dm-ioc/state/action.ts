import type { Experiment, FileMetadata, ServiceHealth, Workflow } from 'dm';
import type { DmObject } from './collection.js';
import type { AreaName, InputValue, Severity } from './state.js';

/** Whose inputs are meant: those of an area, or those of a slot of a kind (from 1). */
export type Place = { readonly area: AreaName } | { readonly kind: string; readonly slot: number };

/** Everything that can change the state: what DM tells, what was put, what a command achieved, and time. */
export type Action =
  | { readonly type: 'tick' }
  | { readonly type: 'identity'; readonly station: string; readonly owner: string }
  | { readonly type: 'input'; readonly place: Place; readonly input: string; readonly value: InputValue }
  | { readonly type: 'inputRefused'; readonly place: Place; readonly input: string; readonly reason: string }
  | { readonly type: 'experiments'; readonly experiments: readonly Experiment[] }
  | { readonly type: 'experimentRemoved'; readonly name: string }
  | { readonly type: 'experimentSelected'; readonly experiment: Experiment | null }
  /** DM couldn't be asked about the name that was put. */
  | { readonly type: 'experimentUnconfirmed' }
  /** What DM tells of objects of one kind of slot. */
  | { readonly type: 'objects'; readonly kind: string; readonly objects: readonly DmObject[] }
  | { readonly type: 'workflows'; readonly workflows: readonly Workflow[] }
  | { readonly type: 'workflowRemoved'; readonly owner: string; readonly name: string }
  | { readonly type: 'health'; readonly health: ServiceHealth }
  | { readonly type: 'slotTaken'; readonly kind: string; readonly slot: number; readonly object: DmObject }
  /** An id from before a restart; its object isn't known yet. */
  | { readonly type: 'slotRestored'; readonly kind: string; readonly slot: number; readonly id: string }
  | { readonly type: 'slotCleared'; readonly kind: string; readonly slot: number }
  /** Whether what was put could be saved; null: it is. */
  | { readonly type: 'saved'; readonly problem: string | null }
  | { readonly type: 'fileFound'; readonly file: FileMetadata | null }
  | { readonly type: 'datasetStatus'; readonly status: string | null; readonly error: string }
  | {
      readonly type: 'putFailed';
      readonly place: Place;
      readonly pv: string;
      readonly severity: Severity;
      readonly reason: string;
    }
  | { readonly type: 'putSucceeded'; readonly place: Place; readonly pv: string; readonly isCommand: boolean }
  | { readonly type: 'message'; readonly text: string; readonly severity: Severity };
