import { resolve } from 'node:path';
import { z } from 'zod';
import { configSchema } from './config.js';

type Schema = z.core.JSONSchema.BaseSchema;

/** The web services' own keys that hold text, true for paths; their schema is loaded only with the services. */
const REST_TEXTS: Readonly<Record<string, boolean>> = {
  ds: false,
  cat: false,
  proc: false,
  apsDb: false,
  station: false,
  beamline: false,
  owner: false,
  loginFile: true,
  'tls.ca': true,
};

let known: Schema | undefined;

function schemaAt(path: readonly string[]): Schema | undefined {
  let schema = (known ??= z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }));
  for (const name of path) {
    const next = schema.properties?.[name];
    if (next === undefined || typeof next === 'boolean') return undefined;
    schema = next;
  }
  return schema;
}

function restKey(path: readonly string[]): string | undefined {
  return path[0] === 'dm' && path[1] === 'rest' ? path.slice(2).join('.') : undefined;
}

/** Whether a key of the configuration holds text. @param path `['dm', 'local', 'root']` */
export function wantsText(path: readonly string[]): boolean {
  const key = restKey(path);
  if (key !== undefined) return key in REST_TEXTS || key.startsWith('routes.');
  return schemaAt(path)?.type === 'string';
}

function isPath(schema: Schema | undefined): boolean {
  return schema?.['isPath'] === true;
}

function resolved(value: unknown, schema: Schema | undefined, at: readonly string[], directory: string): unknown {
  if (typeof value === 'string') {
    return isPath(schema) || REST_TEXTS[restKey(at) ?? ''] === true ? resolve(directory, value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = typeof schema?.items === 'object' && !Array.isArray(schema.items) ? schema.items : undefined;
    return value.map((item: unknown) => resolved(item, items, at, directory));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, part]: [string, unknown]) => {
      const next = schema?.properties?.[name];
      return [name, resolved(part, typeof next === 'object' ? next : undefined, [...at, name], directory)];
    }),
  );
}

/**
 * A part of the configuration with its paths made absolute.
 * @param at the key of the part; empty: the whole
 */
export function withAbsolutePaths<T>(part: T, at: readonly string[], directory: string): T {
  return resolved(part, schemaAt(at), at, directory) as T;
}
