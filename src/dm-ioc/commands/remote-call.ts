import type { DataManagement } from 'dm';
import { z } from 'zod';
import { CommandError } from '../errors.js';
import type { Store } from '../state/store.js';
import type { StartGates } from './start-gate.js';

/** What a call works with. */
export interface CallContext {
  readonly dm: DataManagement;
  readonly store: Store;
  readonly gates: StartGates;
  readonly signal: AbortSignal;
}

/** An operation of DM as an NTURI call, independent of the slots. */
export interface RemoteCall {
  /** PV name after `<prefix>rpc:`. */
  readonly name: string;
  /** Its arguments, for people. */
  readonly description: string;
  /** It changes nothing: whoever reaches the IOC may make it, as everybody may read its PVs. */
  readonly isReading: boolean;
  readonly schema: z.ZodType;
  readonly handle: (given: never, context: CallContext) => Promise<object>;
}

/** Declares a call; its handler gets the arguments as the schema makes them. */
export function remoteCall<S extends z.ZodType>(
  name: string,
  description: string,
  schema: S,
  handle: (given: z.output<S>, context: CallContext) => Promise<object>,
  isReading = false,
): RemoteCall {
  return { name, description, isReading, schema, handle };
}

/** A name among the arguments. */
export const nameArgument = z.string().min(1);

/** JSON text, as command-line clients send it, or the object itself. */
export const jsonArgument = z.preprocess(
  (value, context) => {
    if (typeof value !== 'string') return value;
    if (value.trim() === '') return {};
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  },
  z.record(z.string(), z.unknown()),
);

/** The experiment that is named, else the selected one. @throws CommandError EXPERIMENT_NOT_SELECTED */
export function namedExperiment(given: string | undefined, { store }: CallContext): string {
  const found = given ?? store.state.experiment.selected?.name;
  if (found === undefined) throw new CommandError('EXPERIMENT_NOT_SELECTED', 'no experiment given, and none selected');
  return found;
}

/** Objects of DM have any shape: they go out as JSON beside the keys that everybody wants. */
export function callAnswer(object: { readonly id: string; readonly status: string }): {
  readonly id: string;
  readonly status: string;
  readonly json: string;
} {
  return { id: object.id, status: object.status, json: JSON.stringify(object) };
}
