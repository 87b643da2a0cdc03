import type { ExecOpHandle, ValueHandle } from 'node-pvxs';
import type { z } from 'zod';
import { type ClientRequest, clientRequest } from './client-request.js';
import { plainArguments } from './plain-arguments.js';
import { PvaError } from './pva-error.js';
import { errorCode } from './remote-error-text.js';
import { structureHandle } from './typed-value.js';

/** A client's call. */
export interface RpcCall<Arguments> extends ClientRequest {
  readonly arguments: Arguments;
}

/** How calls are served. */
export interface RpcOptions<Schema extends z.ZodType> {
  /** Checks and converts the arguments; a call that doesn't fit fails with PVA_ARGUMENTS. Command-line clients send
   * all arguments as strings: use z.coerce for numbers. Default: any object. */
  readonly arguments?: Schema | undefined;
  /** What the PV's value tells who reads it instead of calling it. */
  readonly description?: string | undefined;
  /** Until a call that isn't answered fails with PVA_TIMEOUT; default no limit. */
  readonly timeoutMs?: number | undefined;
  /** Answer an error by a result `{ ok: false, code, message }`, and add `ok: true, message: ''` to other results that
   * are plain objects: Java clients (core-pva) never see a remote error and wait in vain. Default false. */
  readonly errorsAsResult?: boolean | undefined;
}

/** Does what a call asks for. Gives the result: an object, a {@link TypedValue}, or anything else as a structure with the
 * one field `value`; nothing is answered by an empty result. What it throws is the client's error. */
export type RpcHandler<Arguments> = (call: RpcCall<Arguments>) => unknown;

/** Serve one call. */
export async function serveRpc<Schema extends z.ZodType>(
  op: ExecOpHandle,
  argument: ValueHandle | null,
  signal: AbortSignal,
  options: RpcOptions<Schema>,
  handler: RpcHandler<z.output<Schema>>,
): Promise<ValueHandle> {
  try {
    const given = argument === null ? {} : plainArguments(argument);
    const checked = checkArguments(options.arguments, given);
    const request = clientRequest(op, signal);
    const result = await handler(Object.assign(request, { arguments: checked }));
    return structureHandle(options.errorsAsResult ? withOk(result) : (result ?? {}));
  } catch (error) {
    if (!options.errorsAsResult) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return structureHandle({ ok: false, code: errorCode(error), message });
  }
}

function checkArguments<Schema extends z.ZodType>(schema: Schema | undefined, given: unknown): z.output<Schema> {
  if (!schema) return given as z.output<Schema>;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '));
  throw new PvaError('PVA_ARGUMENTS', problems.join('; '));
}

function withOk(result: unknown): unknown {
  if (result === undefined || result === null) return { ok: true, message: '' };
  const isPlain = typeof result === 'object' && Object.getPrototypeOf(result) === Object.prototype;
  return isPlain ? { ok: true, message: '', ...result } : result;
}
