import { SERVICE_NAMES } from 'dm';
import { Map as PersistentMap } from 'immutable';
import { Collection } from './collection.js';
import type { AnySlotRules } from './slot-rules.js';
import { NO_MESSAGE, type Health, type SlotState, type State } from './state.js';

export interface InitialStateOptions {
  readonly version: string;
  readonly backend: string;
  readonly station: string;
  readonly owner: string;
  readonly kinds: readonly AnySlotRules[];
  /** By kind: how many slots there are. */
  readonly slots: Readonly<Record<string, number>>;
}

/** What a slot has before anything was put, beside what is peculiar to its kind. */
export function emptySlot<I extends object>(inputs: I): SlotState<I, never> {
  return {
    inputs,
    refused: {},
    id: '',
    object: null,
    isRestored: false,
    commandError: '',
    warning: '',
    nowMs: 0,
    steadyMs: 0,
  };
}

/** The state before anything is known: no service has answered yet, every slot is empty. */
export function initialState({ version, backend, station, owner, kinds, slots }: InitialStateOptions): State {
  const lastError = 'not contacted yet';
  const health = Object.fromEntries(
    SERVICE_NAMES.map((service) => [service, { service, connected: false, lastContactMs: null, lastError }]),
  ) as unknown as Health;
  return {
    service: {
      heartbeat: 0,
      version,
      backend,
      station,
      owner,
      message: NO_MESSAGE,
      unsavedReason: '',
      downReason: lastError,
      inputs: { pollPeriodS: 1, listPeriodS: 10 },
      refused: {},
    },
    health,
    experiment: { inputs: { name: '' }, refused: {}, selected: null, isUnconfirmed: false },
    file: { inputs: { path: '', timeoutS: 600 }, refused: {}, file: null },
    dataset: { inputs: { name: '', metadata: '{}' }, refused: {}, status: null, error: '' },
    slots: Object.fromEntries(
      kinds.map(({ name, empty }) => [name, Array.from({ length: slots[name] ?? 0 }, () => empty)]),
    ),
    objects: Object.fromEntries(kinds.map(({ name }) => [name, Collection.empty()])),
    experiments: PersistentMap(),
    workflows: PersistentMap(),
  };
}
