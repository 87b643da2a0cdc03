import { restOptionsSchema } from 'dm/rest';
import { z } from 'zod';
import { configSchema, SHIPPED } from '../config/config.js';

interface Key {
  readonly key: string;
  readonly type: string;
  readonly otherwise: string;
  readonly meaning: string;
}

type Schema = z.core.JSONSchema.BaseSchema;

function nameOfType(schema: Schema | boolean): string {
  return typeof schema === 'boolean' ? 'any' : typeOf(schema);
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.join(', ');
  if (schema.type === 'array') return 'list';
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(nameOfType))].join(' or ');
  return typeof schema.type === 'string' ? schema.type : 'any';
}

function keysOf(schema: Schema, prefix: string): Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]): Key[] => {
    if (typeof property === 'boolean') return [];
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (property.properties !== undefined && Object.keys(property.properties).length > 0) return keysOf(property, key);
    const otherwise = property.default === undefined ? '' : JSON.stringify(property.default).replace(SHIPPED, 'ioc/');
    const own = { key, type: typeOf(property), otherwise, meaning: property.description ?? '' };
    const { items } = property;
    return [own, ...(typeof items === 'object' && !Array.isArray(items) ? keysOf(items, `${key}[]`) : [])];
  });
}

/** `dm-ioc config`: every key of the configuration, as a page for docs. */
export function listConfig(): void {
  const own = keysOf(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }), '');
  const rest = keysOf(z.toJSONSchema(restOptionsSchema, { io: 'input', unrepresentable: 'any' }), 'dm.rest');
  const keys = own.flatMap((key) => (key.key === 'dm.rest' ? [key, ...rest] : [key]));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const rows = keys.map(({ key, type, otherwise, meaning }) =>
    line([`\`${key}\``, type, otherwise === '' ? '' : `\`${otherwise}\``, meaning]),
  );
  process.stdout.write(
    [
      '# Configuration',
      '',
      'Written by `dm-ioc config`. The file is YAML, `ioc/config.yaml` unless `--config` names another; `--set key.key=value` wins over it, and',
      '`EPICS_CA*`, `EPICS_PVA*` variables win over both. Every key may be left out; an unknown key is an error. The value of `--set` is text as',
      'it is where the key holds text (`--set prefix=15ID:`), else YAML. In the file a prefix needs quotes: `prefix: "15ID:"`.',
      '',
      'A relative path is relative to the folder of the configuration file, one of `--set` or of a variable to the working directory. `ioc/`',
      'stands for the folder that comes with dm-ioc where a default begins with it. `a[].b` is the key `b` of each entry of the list `a`:',
      '',
      '```yaml',
      'site:',
      '  databases:',
      "    - { file: site.db, macros: { LIMIT: '3' } }",
      '```',
      '',
      line(['key', 'type', 'default', 'meaning']),
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  );
}
