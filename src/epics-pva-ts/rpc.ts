import type { ExecOpHandle, ValueHandle } from 'node-pvxs';
import type { z } from 'zod';
import { checkOptions } from './check-options.js';
import { type ClientRequest, clientRequest } from './client-request.js';
import { plainArguments } from './plain-arguments.js';
import type { Fields, InputOf } from './field-type.js';
import { PvaError } from './pva-error.js';
import { errorCode } from './remote-error-text.js';
import { shortText } from './short-text.js';
import { structure, type Structure } from './structure.js';
import { structureHandle, typed, TypedValue } from './typed-value.js';

/** A client's call. */
export interface RpcCall<Arguments> extends ClientRequest {
  readonly arguments: Arguments;
}

/** How calls are served. */
export interface RpcOptions<Schema extends z.ZodType, Result extends Fields | undefined = Fields | undefined> {
  /** Checks and converts the arguments; a call that doesn't fit fails with PVA_ARGUMENTS. Command-line clients send
   * all arguments as strings: use z.coerce for numbers. Default: any object. */
  readonly arguments?: Schema | undefined;
  /** Types of the result's fields by name, such as `{ count: 'int32', id: 'string[]' }`: each result has all of them, whatever
   * the call finds. A result that doesn't fit fails with PVA_TYPE. Default: the types found for each result, where a number
   * is a float64, and an array without elements an `any[]`. */
  readonly result?: Result | undefined;
  /** What the PV's value tells who reads it instead of calling it. */
  readonly description?: string | undefined;
  /** Until a call that isn't answered fails with PVA_TIMEOUT; default no limit. */
  readonly timeoutMs?: number | undefined;
  /** Answer an error by a result `{ ok: false, code, message }`, and add `ok: true, message: ''` to other results that
   * are plain objects: Java clients (core-pva) never see a remote error and wait in vain. A declared result always has all
   * of these fields. Default false. */
  readonly errorsAsResult?: boolean | undefined;
}

/** What a handler gives: all fields that are declared. With none: an object, a {@link TypedValue}, or anything else as a
 * structure with the one field `value`; nothing is answered by an empty result. */
export type RpcResult<Result extends Fields | undefined> = Result extends Fields
  ? { readonly [K in keyof Result]: InputOf<Result[K]> }
  : unknown;

/** Does what a call asks for, and gives the result. What it throws is the client's error. */
export type RpcHandler<Arguments, Result extends Fields | undefined = undefined> = (
  call: RpcCall<Arguments>,
) => RpcResult<Result> | Promise<RpcResult<Result>>;

/** Serve calls. */
export function rpcServer<Schema extends z.ZodType>(
  options: RpcOptions<Schema>,
  handler: (call: RpcCall<z.output<Schema>>) => unknown,
): (op: ExecOpHandle, argument: ValueHandle | null, signal: AbortSignal) => Promise<ValueHandle> {
  checkOptions('addRpc', options, {
    arguments: true,
    result: true,
    description: true,
    timeoutMs: true,
    errorsAsResult: true,
  });
  const errorsAsResult = options.errorsAsResult ?? false;
  const declared = options.result && structure({ fields: { ...(errorsAsResult ? STATUS : {}), ...options.result } });
  return async (op, argument, signal) => {
    try {
      const given = argument === null ? {} : plainArguments(argument);
      const checked = checkArguments(options.arguments, given);
      const request = clientRequest(op, signal);
      const result = await handler(Object.assign(request, { arguments: checked }));
      const fields = declared ? declaredFields(result) : (result ?? {});
      return resultHandle(declared, errorsAsResult ? withOk(fields) : fields);
    } catch (error) {
      if (!errorsAsResult) throw error;
      const message = shortText(error instanceof Error ? error.message : String(error), LONGEST_MESSAGE);
      return resultHandle(declared, { ok: false, code: errorCode(error), message });
    }
  };
}

/** Of one wrong argument; its name or value may be of any length. */
const LONGEST_PROBLEM = 200;
const LONGEST_MESSAGE = 4000;

const STATUS = { ok: 'bool', code: 'string', message: 'string' } as const;

function resultHandle(declared: Structure<Fields> | undefined, result: unknown): ValueHandle {
  return structureHandle(declared ? typed(declared, result as Record<string, never>) : result);
}

function declaredFields(result: unknown): object {
  const isStructure = typeof result === 'object' && result !== null && !Array.isArray(result);
  if (isStructure && !(result instanceof TypedValue)) return { ...result };
  throw new PvaError('PVA_TYPE', 'the result is not an object with the declared fields');
}

function checkArguments<Schema extends z.ZodType>(schema: Schema | undefined, given: unknown): z.output<Schema> {
  if (!schema) return given as z.output<Schema>;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) =>
    shortText([issue.path.join('.'), issue.message].filter(Boolean).join(': '), LONGEST_PROBLEM),
  );
  throw new PvaError('PVA_ARGUMENTS', shortText(problems.join('; '), 10 * LONGEST_PROBLEM));
}

function withOk(result: unknown): unknown {
  const isPlain = typeof result === 'object' && Object.getPrototypeOf(result) === Object.prototype;
  return isPlain ? { ok: true, message: '', ...result } : result;
}
