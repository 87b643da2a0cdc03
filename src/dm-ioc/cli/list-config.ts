import { restOptionsSchema } from 'dm/rest';
import { z } from 'zod';
import { configSchema, SHIPPED } from '../config/config.js';
import { markdownCode, markdownTable } from '../text-table.js';

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
      'Written by `dm-ioc config`. The file is YAML, `ioc/config.yaml` of the working directory when there is one, unless `--config` names another;',
      '`--set key.key=value` wins over it, and `EPICS_CA*`, `EPICS_PVA*` variables win over both. Every key may be left out; an unknown key is an error. The value of `--set` is text as',
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
      '## Ports, and who looks for them',
      '',
      'A client finds the IOC by searches, so one on another host, or of an IOC with other ports, must be told where to search:',
      '',
      markdownTable([
        ['of the IOC', 'its variable, which wins', 'of the client'],
        [
          '`interfaces`',
          '`EPICS_CAS_INTF_ADDR_LIST`',
          '`EPICS_CA_ADDR_LIST`, `EPICS_PVA_ADDR_LIST`: addresses, by blanks',
        ],
        ['`ca.port`', '`EPICS_CAS_SERVER_PORT`, `EPICS_CA_SERVER_PORT`', '`EPICS_CA_SERVER_PORT`'],
        [
          '`pva.broadcastPort`',
          '`EPICS_PVAS_BROADCAST_PORT`, `EPICS_PVA_BROADCAST_PORT`',
          '`EPICS_PVA_BROADCAST_PORT`',
        ],
        [
          '`pva.port`',
          '`EPICS_PVAS_SERVER_PORT`, `EPICS_PVA_SERVER_PORT`',
          'none: it is told in the answer to the search',
        ],
      ]),
      '',
      '`dm-ioc get`, `put` and `monitor` take the same `--config` and `--set` as `dm-ioc run`, and search where that IOC listens.',
      '',
      'The UDP port of PVAccess searches (`pva.broadcastPort`) is bound on all addresses of the host, whatever `interfaces` says, because pvxs hears',
      "broadcasts and multicasts only so, and shares the port with other servers. A search that was sent to an address that isn't listed is not",
      'answered, and TCP, by which PVs are read and written, listens on the listed ones only; a firewall closes the rest.',
      '',
      '## Keys',
      '',
      markdownTable([['key', 'type', 'default', 'meaning'], ...rows]),
      '',
    ].join('\n'),
  );
}
