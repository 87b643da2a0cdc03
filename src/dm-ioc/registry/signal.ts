import type { ServiceName } from 'dm';
import type { CommandContext } from '../commands/command.js';
import type { InputValue, Severity } from '../state/state.js';

/**
 * An alarm, and what it is about: STATE (unless said otherwise) the value itself, READ that it isn't read yet, COMM that nobody answers
 * who could say it, WRITE that a put failed.
 */
export interface Alarm {
  readonly severity?: Severity;
  readonly status?: 'STATE' | 'READ' | 'COMM' | 'WRITE';
  readonly message?: string;
}

/** What a record shows: a value, or a value with an alarm of its own. */
export type Plain = string | number | boolean;
export interface Shown extends Alarm {
  readonly value: Plain;
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

/** Shows a part of the state: an in record, or an out record when it can be acknowledged. */
export interface ReadingSignal<S> extends SignalBase {
  readonly kind: 'reading';
  readonly read: (slice: S) => Plain | Shown;
  /** The service that feeds it: INVALID with the reason while that can't be reached. */
  readonly service?: ServiceName;
  /** Which end of a text survives when the record is too short. */
  readonly keep?: 'head' | 'tail';
  /** The id of what a slot holds: when it was saved, the slot holds it again after a restart. */
  readonly isSlotId?: true;
  /** What a put of anything does: whoever put has seen what it shows. */
  readonly acknowledge?: (context: CommandContext) => void;
}

/** An out record: an input of the state, changed by puts. */
export interface SetpointSignal<S, C = CommandContext> extends SignalBase {
  readonly kind: 'setpoint';
  readonly input: string;
  /** What a number may be; the record tells it by LOPR and HOPR. */
  readonly limits?: { readonly min: number; readonly max: number };
  /** DM's name of the option that the input becomes, in DM's complaints. */
  readonly option: string;
  readonly read: (slice: S) => Plain;
  /** Checks what was put. @throws CommandError SETPOINT_INVALID */
  readonly parse: (value: Plain) => InputValue;
  /** What a put does beyond being remembered; when that fails, the put is refused. */
  readonly effect?: (context: C) => Promise<void>;
}

/** A busy record: something that is done. */
export interface CommandSignal<S, C = CommandContext> {
  readonly kind: 'command';
  readonly description: string;
  /** Resolves when DM has really done it. @throws CommandError or DmError */
  readonly run: (context: C) => Promise<void>;
  /** What stands on it though no put has brought it there; undefined: nothing. */
  readonly alarm?: (slice: S) => Alarm | undefined;
}

/** @typeParam S the part of the state it shows @typeParam C what its handler works with */
export type Signal<S, C = CommandContext> = ReadingSignal<S> | SetpointSignal<S, C> | CommandSignal<S, C>;

/** By name, as addresses have it. */
export type Signals<S, C = CommandContext> = Readonly<Record<string, Signal<S, C>>>;

/** A command and what carries it out. */
export function command<S, C>(
  description: string,
  run: (context: C) => Promise<void>,
  alarm?: (slice: S) => Alarm | undefined,
): CommandSignal<S, C> {
  return { kind: 'command', description, run, ...(alarm === undefined ? {} : { alarm }) };
}

/** Signals whose handlers work with more than a command is given: `contextOf` makes it. */
export function withContext<S, C>(signals: Signals<S, C>, contextOf: (context: CommandContext) => C): Signals<S> {
  const bound = (signal: Signal<S, C>): Signal<S> => {
    if (signal.kind === 'reading') return signal;
    if (signal.kind === 'command') return { ...signal, run: (context) => signal.run(contextOf(context)) };
    const { effect, ...setpoint } = signal;
    return effect === undefined ? setpoint : { ...setpoint, effect: (context) => effect(contextOf(context)) };
  };
  return Object.fromEntries(Object.entries(signals).map(([name, signal]) => [name, bound(signal)]));
}
