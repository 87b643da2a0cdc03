import { z } from 'zod';
import { DmError, DmInvalidArgumentError } from '../errors.js';
import { schemaFault } from '../schema-fault.js';
import { type PathTemplate, readParameters } from '../wire/path-template.js';
import type { Route } from '../wire/route.js';

type RawValues = Readonly<Record<string, string | undefined>>;

/**
 * What fastify validates a request by: each half of its raw values is decoded as the template has it, then checked by the route's own
 * parameters. Those that a site's template leaves out count as not given in the query.
 */
export function requestSchemas(
  path: PathTemplate,
  { parameters }: Route,
): { params: z.ZodType; querystring: z.ZodType } {
  const inPath = new Set(path.segments.flatMap((part) => (typeof part === 'string' ? [] : part.name)));
  const shape = (wanted: boolean): z.ZodRawShape =>
    Object.fromEntries(Object.entries(parameters).filter(([name]) => inPath.has(name) === wanted));
  return {
    params: decoded((raw) => readParameters({ ...path, query: [] }, raw, {}), shape(true)),
    querystring: decoded((raw) => readParameters({ ...path, segments: [] }, {}, raw), shape(false)),
  };
}

function decoded(decode: (raw: RawValues) => Record<string, unknown>, shape: z.ZodRawShape): z.ZodType {
  return z.custom<RawValues>().transform(decode).pipe(z.object(shape));
}

/** The validator that fastify compiles of such a schema; its errors are DM's. */
export function validatorOf(schema: z.ZodType): (raw: unknown) => { value: unknown } | { error: Error } {
  return (raw) => {
    try {
      const parsed = schema.safeParse(raw);
      return parsed.success ? { value: parsed.data } : { error: parameterError(parsed.error) };
    } catch (error) {
      if (error instanceof DmError) return { error };
      throw error;
    }
  };
}

function parameterError(error: z.ZodError): DmError {
  return new DmInvalidArgumentError(`The parameter ${schemaFault(error)}.`);
}
