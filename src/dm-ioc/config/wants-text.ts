import { z } from 'zod';
import { configSchema } from './config.js';

/** The web services' own keys that hold text; their schema is loaded only with the services. */
const REST_TEXTS: ReadonlySet<string> = new Set('ds cat proc apsDb station beamline owner loginFile tls.ca'.split(' '));

/** Whether a key of the configuration holds text. @param path `['dm', 'local', 'root']` */
export function wantsText(path: readonly string[]): boolean {
  if (path[0] === 'dm' && path[1] === 'rest') {
    const key = path.slice(2).join('.');
    return REST_TEXTS.has(key) || key.startsWith('routes.');
  }
  let schema: z.core.JSONSchema.BaseSchema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  for (const name of path) {
    const next = schema.properties?.[name];
    if (next === undefined || typeof next === 'boolean') return false;
    schema = next;
  }
  return schema.type === 'string';
}
