import { loadConfig } from '../config/load-config.js';
import { allAreas } from '../areas/areas.js';
import type { Binding } from '../pvs/binding.js';
import type { Area } from '../registry/area.js';
import { SLOT_KINDS } from '../slots/kinds.js';
import { textTable } from '../text-table.js';
import { loadForInspection } from './load-for-inspection.js';

interface Row {
  readonly pv: string;
  readonly type: string;
  readonly unit: string;
  readonly address: string;
  readonly description: string;
}

function recordRow({ record, signal }: Binding): Row {
  const unit = record.units || (signal.kind === 'command' ? '' : (signal.unit ?? ''));
  const description = record.description || signal.description;
  return { pv: record.name, type: record.type, unit, address: `@${record.address}`, description };
}

function allRows(bindings: readonly Binding[], prefix: string, areas: readonly Area[]): Row[] {
  const tables = areas
    .flatMap((area) => area.tables ?? [])
    .map(({ name, descriptor: description }): Row => ({
      pv: `${prefix}${name}`,
      type: 'NTTable',
      unit: '',
      address: '',
      description,
    }));
  const calls = areas
    .flatMap((area) => area.calls ?? [])
    .map(({ name, description, result }): Row => ({
      pv: `${prefix}rpc:${name}`,
      type: 'RPC',
      unit: '',
      address: '',
      description: `${description} → ${Object.entries(result)
        .map(([field, type]) => `${field}: ${typeof type === 'string' ? type : type.code}`)
        .join(', ')}`,
    }));
  const pvi: Row = {
    pv: `${prefix}PVI`,
    type: 'NTPVI',
    unit: '',
    address: '',
    description: 'All PVs, for ophyd-async',
  };
  return [...bindings.map(recordRow), ...tables, ...calls, pvi].sort((a, b) =>
    a.pv.localeCompare(b.pv, 'en', { numeric: true }),
  );
}

const TITLES: Row = { pv: 'PV', type: 'type', unit: 'unit', address: 'address', description: 'description' };

function cells(row: Row): string[] {
  return [row.pv, row.type, row.unit, row.address, row.description];
}

function asText(rows: readonly Row[]): string {
  return textTable([TITLES, ...rows].map(cells));
}

function asMarkdown(rows: readonly Row[]): string {
  const line = (row: readonly string[]): string => `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const body = rows.map((row) =>
    line([`\`${row.pv}\``, row.type, row.unit, row.address === '' ? '' : `\`${row.address}\``, row.description]),
  );
  return [
    '# PV list',
    '',
    'Written by `make docs` from the databases. One slot of each kind is shown; the others differ by their number. A `busy` record is a',
    'command: put 1, and the put completes when it is done. Long texts (`lsi`, `lso`) are strings over PVA, and `NAME.VAL$` over CA.',
    '',
    line(cells(TITLES)),
    '| --- | --- | --- | --- | --- |',
    ...body,
  ].join('\n');
}

/** `dm-ioc pvs` */
export async function listPvs(options: {
  readonly config?: string;
  readonly set: readonly string[];
  readonly markdown?: boolean;
}): Promise<void> {
  const oneSlot = SLOT_KINDS.map(({ name }) => `slots.${name}=1`);
  const config = loadConfig(options.config, [...(options.markdown === true ? oneSlot : []), ...options.set]);
  const { bindings } = await loadForInspection(config);
  const rows = allRows(bindings, config.prefix, allAreas(SLOT_KINDS, config.slots));
  process.stdout.write(`${options.markdown === true ? asMarkdown(rows) : asText(rows)}\n`);
}
