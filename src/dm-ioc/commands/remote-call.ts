import { type DataManagement, errorText, exactJsonText, parseExactJson } from 'dm';
import type { RpcOptions, RpcResult } from 'epics-pva-ts';
import { z } from 'zod';
import { CommandError } from '../errors.js';
import { parseJsonObject } from '../registry/json-object.js';
import { textFault } from '../registry/text-fault.js';
import type { DmObject } from '../state/collection.js';
import type { FindService } from '../slots/kind-service.js';
import type { Store } from '../state/store.js';
import type { StartGates } from './start-gate.js';

const LONGEST_NAME = 255;
/** PATH_MAX of Linux, without the NUL at its end. */
const LONGEST_PATH = 4095;

/** What a call works with. */
export interface CallContext {
  readonly dm: DataManagement;
  readonly store: Store;
  readonly gates: StartGates;
  readonly signal: AbortSignal;
  /** Who calls, as user@host. */
  readonly source: string;
  /** What runs for the kinds of slots, by its class. */
  readonly service: FindService;
}

/** Types of a result's fields, by name: each result has all of them, whatever the call finds. */
type ResultFields = NonNullable<RpcOptions<z.ZodType>['result']>;

interface CallFacts<Schema extends z.ZodType, Result extends ResultFields> {
  /** PV name after `<prefix>rpc:`. */
  readonly name: string;
  /** Its arguments, for people. */
  readonly description: string;
  /** It changes nothing: whoever reaches the IOC may make it, as everybody may read its PVs. */
  readonly isReading?: boolean;
  readonly schema: Schema;
  readonly result: Result;
}

/** An operation of DM as an NTURI call, independent of the slots. */
export interface RemoteCall extends CallFacts<z.ZodType, ResultFields> {
  readonly handle: (given: never, context: CallContext) => Promise<object>;
}

/** Declares a call; its handler gets the arguments as the schema makes them, and gives all fields of the result. */
export function remoteCall<Schema extends z.ZodType, const Result extends ResultFields>(
  facts: CallFacts<Schema, Result>,
  handle: (given: z.output<Schema>, context: CallContext) => Promise<RpcResult<Result>>,
): RemoteCall {
  return { ...facts, handle };
}

/** A name or an id among the arguments. */
export const nameArgument = z
  .string()
  .max(LONGEST_NAME)
  .transform((value, context) => checkedText(value.trim(), context));

/** A path among the arguments; taken as it is. */
export const pathArgument = z
  .string()
  .max(LONGEST_PATH)
  .transform((value, context) => checkedText(value, context));

function checkedText(text: string, context: z.RefinementCtx): string {
  const fault = text === '' ? 'must not be empty' : textFault(text);
  if (fault === undefined) return text;
  context.addIssue(fault);
  return z.NEVER;
}

/** Not negative, and whole; command-line clients send its digits. */
export const countArgument = z.union([z.number(), z.string().regex(/^\d+$/u).transform(Number)]).pipe(z.int().min(0));

/** JSON text, as command-line clients send it, or the object itself. */
export const jsonArgument = z.preprocess(
  (value, context) => {
    try {
      return typeof value === 'string' ? parseJsonObject(value) : jsonOfStructure(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: errorText(error) });
      return z.NEVER;
    }
  },
  z.record(z.string(), z.unknown(), 'not a JSON object; write {"name": "value"}'),
);

/** A structure's content as JSON has it. @throws CommandError for a number that JSON hasn't */
function jsonOfStructure(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new CommandError('SETPOINT_INVALID', `${value} can't be written as JSON: give it as text`);
  }
  if (Object.is(value, -0)) return parseExactJson('-0.0');
  if (Array.isArray(value)) return value.map(jsonOfStructure);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, jsonOfStructure);
  if (typeof value === 'string' && value.includes('\0'))
    throw new CommandError('SETPOINT_INVALID', 'text with a NUL character');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, jsonOfStructure(one)]));
}

/** The experiment that is named, else the selected one. @throws CommandError EXPERIMENT_NOT_SELECTED */
export function namedExperiment(given: string | undefined, { store }: CallContext): string {
  const found = given ?? store.state.experiment.selected?.name;
  if (found === undefined) throw new CommandError('EXPERIMENT_NOT_SELECTED', 'no experiment given, and none selected');
  return found;
}

/** What most calls answer with: objects of DM have any shape, so they go out as JSON beside the keys that everybody wants. */
export const ANSWER = { id: 'string', status: 'string', json: 'string' } as const;

export function callAnswer(object: DmObject): RpcResult<typeof ANSWER> {
  return { id: object.id, status: object.status, json: exactJsonText(object) };
}

/** What a call for several objects answers with. */
export const LIST_ANSWER = { count: 'int32', id: 'string[]', status: 'string[]', json: 'string' } as const;

export function listAnswer(objects: readonly DmObject[]): RpcResult<typeof LIST_ANSWER> {
  return {
    count: objects.length,
    id: objects.map(({ id }) => id),
    status: objects.map(({ status }) => status),
    json: exactJsonText(objects),
  };
}
