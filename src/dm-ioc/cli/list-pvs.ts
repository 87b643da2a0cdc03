import { allAreas } from '../areas/areas.js';
import { loadConfig, type ConfigOptions } from '../config/load-config.js';
import type { Binding } from '../pvs/binding.js';
import { mostTextBytes } from '../pvs/check-put.js';
import { pviNames } from '../pvs/pvi.js';
import type { Area } from '../registry/area.js';
import { SLOT_KINDS } from '../slots/kinds.js';
import { markdownCode, markdownTable, textTable } from '../text-table.js';
import { loadForInspection } from './load-for-inspection.js';

export interface ListPvsOptions extends ConfigOptions {
  readonly markdown?: boolean;
}

/** `bytes`: the longest text. */
type Row = readonly [pv: string, type: string, unit: string, bytes: string, address: string, description: string];

const TITLES: Row = ['PV', 'type', 'unit', 'bytes', 'address', 'description'];
const TEXTS: readonly string[] = ['stringin', 'stringout', 'lsi', 'lso'];

function recordRow({ record, signal }: Binding): Row {
  const unit = record.units || (signal.kind === 'command' ? '' : (signal.unit ?? ''));
  const bytes = TEXTS.includes(record.type) ? String(mostTextBytes(record)) : '';
  return [record.name, record.type, unit, bytes, `@${record.address}`, record.description || signal.description];
}

type Call = NonNullable<Area['calls']>[number];

function resultText({ result }: Call): string {
  const fields = Object.entries(result).map(
    ([field, type]) => `${field}: ${typeof type === 'string' ? type : type.code}`,
  );
  return fields.join(', ');
}

function areaRows({ tables = [], calls = [], structures = {} }: Area, prefix: string): Row[] {
  return [
    ...Object.entries(structures).map(([name, what]): Row => [`${prefix}${name}`, 'structure', '', '', '', what]),
    ...tables.map(({ name, descriptor }): Row => [`${prefix}${name}`, 'NTTable', '', '', '', descriptor]),
    ...calls.map((call): Row => {
      return [`${prefix}rpc:${call.name}`, 'RPC', '', '', '', `${call.description} → ${resultText(call)}`];
    }),
  ];
}

function pviRow(pv: string, prefix: string): Row {
  const device = pv.slice(prefix.length, -':PVI'.length);
  const description = device === '' ? 'All PVs, for ophyd-async' : `PVs of ${device}, for ophyd-async`;
  return [pv, 'NTPVI', '', '', '', description];
}

/** @param statuses the states of any Status */
function asMarkdown(rows: readonly Row[], statuses: readonly string[]): string {
  const body = rows.map(([pv, type, unit, bytes, address, description]) => {
    return [markdownCode(pv), type, unit, bytes, markdownCode(address), description];
  });
  return [
    '# PV list',
    '',
    'Written by `make docs` from the databases. One slot of each kind is shown; the others differ by their number. A `busy` record is a',
    'command: put 1, and the put completes when it is done. `ao`, `bo`, `lso` and `mbbo` are setpoints, `RPC` are',
    '[calls](main-job.md#calls), a `structure` is put field by field ([of streams](streams.md#the-structures)), and all others are readings,',
    'which refuse a put. NTTable, RPC, NTPVI and structures are served over PVA only.',
    '',
    'Long texts (`lsi`, `lso`) are strings over PVA, and `NAME.VAL$` over CA (`caget -S NAME.VAL$`); `bytes` is the longest text in UTF-8: a',
    'longer one that is put is refused, and one that is shown is cut.',
    '',
    `A Status is ${statuses.map((label, state) => `${state} ${label}`).join(', ')}.`,
    'Idle: the slot holds nothing; Unknown: DM says something new, or cannot be asked. `caget -d DBR_CTRL_ENUM NAME` shows the states of any record.',
    '',
    markdownTable([TITLES, ...body]),
  ].join('\n');
}

/** `dm-ioc pvs` */
export async function listPvs(options: ListPvsOptions): Promise<void> {
  const oneSlot = SLOT_KINDS.map(({ name }) => `slots.${name}=1`);
  const config = loadConfig(options.config, [...(options.markdown === true ? oneSlot : []), ...options.set]);
  const { bindings } = await loadForInspection(config);
  const statuses = bindings.find(({ record }) => record.name.endsWith(':Status'))?.record.states ?? [];
  const areas = allAreas(SLOT_KINDS, config.slots);
  const tables = areas.flatMap((area) => (area.tables ?? []).map(({ name }) => `${config.prefix}${name}`));
  const rows: Row[] = [
    ...bindings.map(recordRow),
    ...areas.flatMap((area) => areaRows(area, config.prefix)),
    ...pviNames(config.prefix, bindings, tables).map((pv) => pviRow(pv, config.prefix)),
  ].sort((a, b) => a[0].localeCompare(b[0], 'en', { numeric: true }));
  process.stdout.write(`${options.markdown === true ? asMarkdown(rows, statuses) : textTable([TITLES, ...rows])}\n`);
}
