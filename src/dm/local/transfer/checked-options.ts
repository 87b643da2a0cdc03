import type { z } from 'zod';
import { DmInvalidArgumentError } from '../../errors.js';

/** Options of a DAQ or an upload by their schema. @param what begins the message: `DAQ` @throws DmInvalidArgumentError that names the first wrong option */
export function checkedOptions<S extends z.ZodType>(what: string, schema: S, options: unknown): z.output<S> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new DmInvalidArgumentError(`${what} option ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}.`);
}
