import { allAreas } from '../areas/areas.js';
import type { RemoteCall } from '../commands/remote-call.js';
import { loadConfig, type ConfigOptions } from '../config/load-config.js';
import type { Binding } from '../pvs/binding.js';
import type { Area } from '../registry/area.js';
import { SLOT_KINDS } from '../slots/kinds.js';
import { markdownCode, markdownTable, textTable } from '../text-table.js';
import { loadForInspection } from './load-for-inspection.js';

export interface ListPvsOptions extends ConfigOptions {
  readonly markdown?: boolean;
}

type Row = readonly [pv: string, type: string, unit: string, address: string, description: string];

const TITLES: Row = ['PV', 'type', 'unit', 'address', 'description'];

function recordRow({ record, signal }: Binding): Row {
  const unit = record.units || (signal.kind === 'command' ? '' : (signal.unit ?? ''));
  return [record.name, record.type, unit, `@${record.address}`, record.description || signal.description];
}

function resultText(result: RemoteCall['result']): string {
  const fields = Object.entries(result).map(
    ([field, type]) => `${field}: ${typeof type === 'string' ? type : type.code}`,
  );
  return fields.join(', ');
}

function areaRows({ tables = [], calls = [] }: Area, prefix: string): Row[] {
  return [
    ...tables.map(({ name, descriptor }): Row => [`${prefix}${name}`, 'NTTable', '', '', descriptor]),
    ...calls.map(({ name, description, result }): Row => {
      return [`${prefix}rpc:${name}`, 'RPC', '', '', `${description} → ${resultText(result)}`];
    }),
  ];
}

function asMarkdown(rows: readonly Row[]): string {
  const body = rows.map(([pv, type, unit, address, description]) => {
    return [markdownCode(pv), type, unit, markdownCode(address), description];
  });
  return [
    '# PV list',
    '',
    'Written by `make docs` from the databases. One slot of each kind is shown; the others differ by their number. A `busy` record is a',
    'command: put 1, and the put completes when it is done. Long texts (`lsi`, `lso`) are strings over PVA, and `NAME.VAL$` over CA.',
    '',
    markdownTable([TITLES, ...body]),
  ].join('\n');
}

/** `dm-ioc pvs` */
export async function listPvs({ config: file, set, markdown = false }: ListPvsOptions): Promise<void> {
  const oneSlot = SLOT_KINDS.map(({ name }) => `slots.${name}=1`);
  const config = loadConfig(file, [...(markdown ? oneSlot : []), ...set]);
  const { prefix } = config;
  const { bindings } = await loadForInspection(config);
  const rows: Row[] = [
    ...bindings.map(recordRow),
    ...allAreas(SLOT_KINDS, config.slots).flatMap((area) => areaRows(area, prefix)),
    [`${prefix}PVI`, 'NTPVI', '', '', 'All PVs, for ophyd-async'],
  ];
  rows.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  process.stdout.write(`${markdown ? asMarkdown(rows) : textTable([TITLES, ...rows])}\n`);
}
