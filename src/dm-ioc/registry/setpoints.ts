import { errorText, relativePath } from 'dm';
import type { CommandContext } from '../commands/command.js';
import { CommandError } from '../errors.js';
import type { InputState, InputValue } from '../state/state.js';
import { parseJsonObject } from './json-object.js';
import type { Plain, SetpointSignal } from './signal.js';
import { textFault } from './text-fault.js';

/** What a record of 1,024 bytes holds. */
const LONGEST_PATH = 1023;

/** Names of the inputs of `S` whose values are `V`. */
type InputName<S extends InputState<object>, V> = {
  [K in keyof S['inputs']]: S['inputs'][K] extends V ? K : never;
}[keyof S['inputs']] &
  string;

interface SetpointOptions<C> {
  /** DM's name of the option that the input becomes, where it is another one. */
  readonly option?: string;
  /** What a put does beyond being remembered; when that fails, the put is refused. */
  readonly effect?: (context: C) => Promise<void>;
}

interface TextOptions<C> extends SetpointOptions<C> {
  readonly maxCharacters?: number;
}

interface NumberOptions<C> extends SetpointOptions<C> {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

function refuse(message: string): never {
  throw new CommandError('SETPOINT_INVALID', message);
}

function checkText(text: string, maxCharacters: number): string {
  if (text.length > maxCharacters)
    refuse(`text too long, at most ${maxCharacters} characters: ${text.slice(0, 40)}...`);
  const fault = textFault(text);
  return fault === undefined ? text : refuse(`text ${fault}`);
}

function refuseOutside(path: string): void {
  try {
    relativePath(path, 'path');
  } catch (error) {
    refuse(errorText(error));
  }
}

function parseJson(value: Plain, maxCharacters: number): string {
  const text = String(value).trim();
  if (text === '') return '{}';
  if (text.length > maxCharacters) refuse(`JSON too long, at most ${maxCharacters} characters`);
  parseJsonObject(text);
  return text;
}

function parseNumber(value: Plain, { min, max, unit }: { min: number; max: number; unit: string }): number {
  const number = Number(value);
  if (!Number.isFinite(number)) refuse(`not a number: ${String(value)}`);
  if (number < min || number > max) refuse(`${number} is out of range ${min}..${max} ${unit}`);
  return number;
}

/**
 * The constructors of setpoints, each for an input of the right type.
 * @typeParam S the part of the state that has the inputs @typeParam C what an effect works with
 */
export class Setpoints<S extends InputState<object>, C = CommandContext> {
  /** A name; surrounding white space is dropped, as operators paste it. */
  name(input: InputName<S, string>, description: string, options: TextOptions<C> = {}): SetpointSignal<S, C> {
    const { maxCharacters = 255, ...others } = options;
    const parse = (value: Plain): string => checkText(String(value).trim(), maxCharacters);
    return this.#setpoint(input, { description, valueKind: 'text' }, parse, others);
  }

  /** A path or a pattern of paths: taken as it is, with blanks at its ends. @param options.isWithin it must stay inside a directory */
  path(
    input: InputName<S, string>,
    description: string,
    options: SetpointOptions<C> & { readonly isWithin?: true } = {},
  ): SetpointSignal<S, C> {
    const { isWithin, ...others } = options;
    const parse = (value: Plain): string => {
      const path = checkText(String(value), LONGEST_PATH);
      if (isWithin === true) refuseOutside(path);
      return path;
    };
    return this.#setpoint(input, { description, valueKind: 'text' }, parse, others);
  }

  /** A JSON object as text; empty means `{}`. */
  json(input: InputName<S, string>, description: string, maxCharacters: number): SetpointSignal<S, C> {
    return this.#setpoint(input, { description, valueKind: 'text' }, (value) => parseJson(value, maxCharacters));
  }

  /** Refused out of its range, never cut. */
  number(input: InputName<S, number>, description: string, options: NumberOptions<C>): SetpointSignal<S, C> {
    const { unit, min, max, ...others } = options;
    const parse = (value: Plain): number => parseNumber(value, { unit, min, max });
    return this.#setpoint(input, { description, valueKind: 'number', unit, limits: { min, max } }, parse, others);
  }

  /** A whole number; refused with a fraction or out of its range. */
  integer(input: InputName<S, number>, description: string, options: NumberOptions<C>): SetpointSignal<S, C> {
    const { unit, min, max, ...others } = options;
    const parse = (value: Plain): number => {
      const number = parseNumber(value, { unit, min, max });
      return Number.isInteger(number) ? number : refuse(`${number} is no whole number`);
    };
    return this.#setpoint(input, { description, valueKind: 'integer', unit, limits: { min, max } }, parse, others);
  }

  boolean(input: InputName<S, boolean>, description: string, states: readonly [string, string]): SetpointSignal<S, C> {
    const parse = (value: Plain): boolean =>
      typeof value === 'boolean' ? value : refuse(`not one of ${states.join(', ')}: ${value}`);
    return this.#setpoint(input, { description, valueKind: 'boolean', states }, parse);
  }

  choice<K extends InputName<S, string>>(
    input: K,
    description: string,
    states: readonly (S['inputs'][K] & string)[],
  ): SetpointSignal<S, C> {
    return this.#setpoint(
      input,
      { description, valueKind: 'choice', states },
      (value) => states.find((state) => state === value) ?? refuse(`not one of ${states.join(', ')}: ${String(value)}`),
    );
  }

  #setpoint(
    input: string,
    base: Pick<SetpointSignal<S, C>, 'description' | 'valueKind' | 'states' | 'unit' | 'limits'>,
    parse: (value: Plain) => InputValue,
    options: SetpointOptions<C> = {},
  ): SetpointSignal<S, C> {
    const read = ({ inputs }: S): Plain => (inputs as Readonly<Record<string, InputValue>>)[input] ?? '';
    return { kind: 'setpoint', ...base, input, option: input, read, parse, ...options };
  }
}
