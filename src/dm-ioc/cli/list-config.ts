import { restOptionsSchema } from 'dm/rest';
import { z } from 'zod';
import { configSchema } from '../config/config.js';
import { markdownCode, markdownTable } from '../text-table.js';

interface Key {
  readonly key: string;
  readonly type: string;
  readonly otherwise: string;
  readonly meaning: string;
}

type Schema = z.core.JSONSchema.BaseSchema;

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.join(', ');
  if (schema.type === 'array') return 'list';
  if (schema.anyOf !== undefined) return 'any';
  return typeof schema.type === 'string' ? schema.type : 'any';
}

function keysOf(schema: Schema, prefix: string): Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]): Key[] => {
    if (typeof property === 'boolean') return [];
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (property.properties !== undefined && Object.keys(property.properties).length > 0) return keysOf(property, key);
    const otherwise = property.default === undefined ? '' : JSON.stringify(property.default);
    return [{ key, type: typeOf(property), otherwise, meaning: property.description ?? '' }];
  });
}

/** `dm-ioc config`: every key of the configuration, as a page for docs. */
export function listConfig(): void {
  const own = keysOf(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }), '');
  const rest = keysOf(z.toJSONSchema(restOptionsSchema, { io: 'input', unrepresentable: 'any' }), 'dm.rest');
  const keys = own.flatMap((key) => (key.key === 'dm.rest' ? [key, ...rest] : [key]));
  const rows = keys.map(({ key, type, otherwise, meaning }) => [
    markdownCode(key),
    type,
    markdownCode(otherwise),
    meaning,
  ]);
  process.stdout.write(
    [
      '# Configuration',
      '',
      'Written by `dm-ioc config`. The file is YAML, `ioc/config.yaml` unless `--config` names another; `--set key.key=value` wins over it, and',
      '`EPICS_CA*`, `EPICS_PVA*` variables win over both. Every key may be left out; an unknown key is an error. Paths are relative to the',
      'working directory. The value of `--set` is text as it is where the key holds text (`--set prefix=15ID:`), else YAML.',
      '',
      markdownTable([['key', 'type', 'default', 'meaning'], ...rows]),
      '',
    ].join('\n'),
  );
}
