import type { z } from 'zod';
import { DmInvalidArgumentError } from './errors.js';
import { schemaFault } from './schema-fault.js';

/**
 * A value by its schema.
 * @param what begins the message: `DAQ option`, `Experiment`
 * @throws DmInvalidArgumentError that names the first wrong key and what is wanted there
 */
export function checked<S extends z.ZodType>(what: string, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DmInvalidArgumentError(`${what} ${schemaFault(parsed.error)}.`);
}
