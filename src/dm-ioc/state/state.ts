import type { Experiment, FileMetadata, ServiceHealth, ServiceName, Workflow } from 'dm';
import type { Map as PersistentMap } from 'immutable';
import type { Collection, DmObject } from './collection.js';

export type InputValue = string | number | boolean;
export type Severity = 'NONE' | 'MINOR' | 'MAJOR' | 'INVALID';

/** What operators put. A refused put is remembered: a command that would use the setpoint is refused until a good value arrives. */
export interface InputState<I> {
  readonly inputs: I;
  /** Input name -> why the last put was refused, with the PV's name. */
  readonly refused: Readonly<Record<string, string>>;
}

/** What every slot has, of whatever kind. */
export interface SlotState<I = object, O extends DmObject = DmObject> extends InputState<I> {
  /** Of what it holds; empty: nothing. */
  readonly id: string;
  /** What it holds as DM told it last; null while that isn't known. */
  readonly object: O | null;
  /** It held it before a restart of the IOC already: whoever waited for the end was told nothing true. */
  readonly isRestored: boolean;
  /** How its last command failed; empty: it didn't. */
  readonly commandError: string;
  /** True beside DM's status: something that a user would want to know, such as a transfer that took no file. */
  readonly warning: string;
  /** Milliseconds since the epoch, moved once a second while the slot is active; a clock that is set meanwhile doesn't count. */
  readonly nowMs: number;
  /** The same moment on the steady clock. */
  readonly steadyMs: number;
}

export interface ExperimentState extends InputState<{ readonly name: string }> {
  /** The one that commands use; null until DM has confirmed the name. */
  readonly selected: Experiment | null;
  /** DM couldn't be asked whether it knows the name: it is asked again when it can be. */
  readonly isUnconfirmed: boolean;
}

export interface FileState extends InputState<{ readonly path: string; readonly timeoutS: number }> {
  readonly file: FileMetadata | null;
}

export interface DatasetState extends InputState<{ readonly name: string; readonly metadata: string }> {
  readonly status: string | null;
  readonly error: string;
}

export interface Message {
  readonly text: string;
  readonly severity: Severity;
  /** The PV whose put it is about; a later success of the same PV clears it. */
  readonly source: string;
}

export const NO_MESSAGE: Message = { text: '', severity: 'NONE', source: '' };

export interface ServiceState extends InputState<{ readonly pollPeriodS: number; readonly listPeriodS: number }> {
  readonly heartbeat: number;
  readonly version: string;
  readonly backend: string;
  readonly station: string;
  readonly owner: string;
  readonly message: Message;
  /** Why what was put isn't saved; empty when it is. */
  readonly unsavedReason: string;
  /** Which services don't answer, and why; empty when all do. */
  readonly downReason: string;
}

export type Health = Readonly<Record<ServiceName, ServiceHealth>>;

/** Areas that have inputs, each a part of the state. */
export const AREA_NAMES = ['service', 'experiment', 'file', 'dataset'] as const;
export type AreaName = (typeof AREA_NAMES)[number];

/** Everything that the PVs show. Immutable: an unchanged part keeps its reference. */
export interface State {
  readonly service: ServiceState;
  readonly health: Health;
  readonly experiment: ExperimentState;
  readonly file: FileState;
  readonly dataset: DatasetState;
  /** By kind; the first slot is slot 1. */
  readonly slots: Readonly<Record<string, readonly SlotState[]>>;
  /** By kind: what DM has of it. */
  readonly objects: Readonly<Record<string, Collection<DmObject>>>;
  /** By name. */
  readonly experiments: PersistentMap<string, Experiment>;
  /** By owner and name, see `workflowKey`. */
  readonly workflows: PersistentMap<string, Workflow>;
}

/** Key of `State.workflows`. */
export function workflowKey(owner: string, name: string): string {
  return `${owner}/${name}`;
}

/** @throws RangeError when there is no such kind */
export function objectsOf({ objects }: State, kind: string): Collection<DmObject> {
  const found = objects[kind];
  if (found === undefined) throw new RangeError(`no kind of slot ${kind}`);
  return found;
}

/** @param slot from 1 @throws RangeError when there is no such slot */
export function slotOf({ slots }: State, kind: string, slot: number): SlotState {
  const found = slots[kind]?.[slot - 1];
  if (found === undefined) throw new RangeError(`no ${kind} slot ${slot}`);
  return found;
}
