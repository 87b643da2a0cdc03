import type { ServiceName } from 'dm';
import type { InputValue } from '../state/state.js';

/** What a record shows: a value, or a value with an alarm of its own. */
export type Plain = string | number | boolean;
export interface Shown {
  readonly value: Plain;
  readonly severity?: 'NONE' | 'MINOR' | 'MAJOR' | 'INVALID';
  readonly message?: string;
}

/**
 * `text` any length; `integer`; `number`; `boolean`; `choice` one of `states`, by label; `time` milliseconds since the epoch (0: never),
 * shown as local text, or as Unix seconds by an `ai`.
 */
export type ValueKind = 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'time';

interface SignalBase {
  readonly description: string;
  /** At most 15 characters, as EGU. */
  readonly unit?: string;
  readonly valueKind: ValueKind;
  /** Labels of a choice or a boolean; the record must carry the same, in this order. */
  readonly states?: readonly string[];
}

/** An in record: shows a part of the state. */
export interface ReadingSignal<S> extends SignalBase {
  readonly kind: 'reading';
  readonly read: (slice: S) => Plain | Shown;
  /** The service that feeds it: INVALID with the reason while that can't be reached. */
  readonly service?: ServiceName;
  /** Which end of a text survives when the record is too short. */
  readonly keep?: 'head' | 'tail';
}

/** An out record: an input of the state, changed by puts. */
export interface SetpointSignal<S> extends SignalBase {
  readonly kind: 'setpoint';
  readonly input: string;
  readonly read: (slice: S) => Plain;
  /** Checks what was put. @throws CommandError SETPOINT_INVALID */
  readonly parse: (value: Plain) => InputValue;
}

/** A busy record: something that is done. */
export interface CommandSignal {
  readonly kind: 'command';
  readonly description: string;
}

export type Signal<S> = ReadingSignal<S> | SetpointSignal<S> | CommandSignal;
