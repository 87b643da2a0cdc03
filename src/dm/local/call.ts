import type { CallOptions } from '../data-management.js';

/** Run a call of the port: what it throws is a rejection, and a call that was aborted before doesn't begin. */
export async function call<T>(options: CallOptions | undefined, body: () => T | Promise<T>): Promise<T> {
  options?.signal?.throwIfAborted();
  return await body();
}
