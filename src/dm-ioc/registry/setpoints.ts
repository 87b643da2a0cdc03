import { errorText } from 'dm';
import { CommandError } from '../errors.js';
import type { InputValue } from '../state/state.js';
import type { Plain, SetpointSignal } from './signal.js';

interface TextRules {
  readonly maxCharacters?: number;
  readonly pattern?: RegExp;
  readonly patternHint?: string;
}

function refuse(message: string): never {
  throw new CommandError('SETPOINT_INVALID', message);
}

function input(slice: unknown, name: string): Plain {
  return (slice as { readonly inputs: Readonly<Record<string, InputValue>> }).inputs[name] ?? '';
}

/** Free text; surrounding white space is dropped, as operators paste it. */
export function textSetpoint<S>(name: string, description: string, rules: TextRules = {}): SetpointSignal<S> {
  const { maxCharacters = 1023, pattern, patternHint = 'not valid' } = rules;
  return {
    kind: 'setpoint',
    valueKind: 'text',
    description,
    input: name,
    read: (slice) => input(slice, name),
    parse: (value) => {
      const text = String(value).trim();
      if (text.length > maxCharacters)
        refuse(`text too long, at most ${maxCharacters} characters: ${text.slice(0, 40)}...`);
      if (text.includes('\0')) refuse('text with a NUL character');
      if (pattern !== undefined && text !== '' && !pattern.test(text)) refuse(`${patternHint}: ${text}`);
      return text;
    },
  };
}

function refuseNul(_key: string, value: unknown): unknown {
  const texts =
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (texts.some((text) => text.includes('\0')))
    refuse('JSON with a NUL character, \\u0000, which no argument can hold');
  return value;
}

/** A JSON object as text; empty means `{}`. */
export function jsonSetpoint<S>(name: string, description: string, maxCharacters: number): SetpointSignal<S> {
  return {
    kind: 'setpoint',
    valueKind: 'text',
    description,
    input: name,
    read: (slice) => input(slice, name),
    parse: (value) => {
      const text = String(value).trim();
      if (text === '') return '{}';
      if (text.length > maxCharacters) refuse(`JSON too long, at most ${maxCharacters} characters`);
      let parsed: unknown;
      try {
        parsed = JSON.parse(text, refuseNul);
      } catch (error) {
        if (error instanceof CommandError) throw error;
        refuse(`not JSON: ${errorText(error)}`);
      }
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
        refuse('not a JSON object; write {"name": "value"}');
      }
      return text;
    },
  };
}

export function numberSetpoint<S>(
  name: string,
  description: string,
  limits: { readonly unit: string; readonly min: number; readonly max: number },
): SetpointSignal<S> {
  return {
    kind: 'setpoint',
    valueKind: 'number',
    description,
    unit: limits.unit,
    input: name,
    read: (slice) => input(slice, name),
    parse: (value) => {
      const number = Number(value);
      if (!Number.isFinite(number)) refuse(`not a number: ${String(value)}`);
      if (number < limits.min || number > limits.max) {
        refuse(`${number} is out of range ${limits.min}..${limits.max} ${limits.unit}`);
      }
      return number;
    },
  };
}

export function booleanSetpoint<S>(
  name: string,
  description: string,
  states: readonly [string, string],
): SetpointSignal<S> {
  return {
    kind: 'setpoint',
    valueKind: 'boolean',
    description,
    states,
    input: name,
    read: (slice) => input(slice, name),
    parse: (value) => value === true || value === 1,
  };
}

export function choiceSetpoint<S>(name: string, description: string, states: readonly string[]): SetpointSignal<S> {
  return {
    kind: 'setpoint',
    valueKind: 'choice',
    description,
    states,
    input: name,
    read: (slice) => input(slice, name),
    parse: (value) =>
      states.find((state) => state === value) ?? refuse(`not one of ${states.join(', ')}: ${String(value)}`),
  };
}
