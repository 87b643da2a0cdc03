import { loadConfig } from '../config/load-config.js';
import { allAreas } from '../areas/areas.js';
import type { Binding } from '../pvs/binding.js';
import { mostTextBytes } from '../pvs/check-put.js';
import { pviNames } from '../pvs/pvi.js';
import type { Area } from '../registry/area.js';
import { SLOT_KINDS } from '../slots/kinds.js';
import { textTable } from '../text-table.js';
import { loadForInspection } from './load-for-inspection.js';

interface Row {
  readonly pv: string;
  readonly type: string;
  readonly unit: string;
  /** The longest text. */
  readonly bytes: string;
  readonly address: string;
  readonly description: string;
}

const TEXTS: readonly string[] = ['stringin', 'stringout', 'lsi', 'lso'];

function recordRow({ record, signal }: Binding): Row {
  const unit = record.units || (signal.kind === 'command' ? '' : (signal.unit ?? ''));
  const description = record.description || signal.description;
  const bytes = TEXTS.includes(record.type) ? String(mostTextBytes(record)) : '';
  return { pv: record.name, type: record.type, unit, bytes, address: `@${record.address}`, description };
}

function allRows(bindings: readonly Binding[], prefix: string, areas: readonly Area[]): Row[] {
  const tables = areas
    .flatMap((area) => area.tables ?? [])
    .map(({ name, descriptor: description }): Row => ({
      pv: `${prefix}${name}`,
      type: 'NTTable',
      unit: '',
      bytes: '',
      address: '',
      description,
    }));
  const calls = areas
    .flatMap((area) => area.calls ?? [])
    .map(({ name, description }): Row => ({
      pv: `${prefix}rpc:${name}`,
      type: 'RPC',
      unit: '',
      bytes: '',
      address: '',
      description,
    }));
  const pvi = pviNames(
    prefix,
    bindings,
    tables.map(({ pv }) => pv),
  ).map((pv): Row => {
    const device = pv.slice(prefix.length, -':PVI'.length);
    const description = device === '' ? 'All PVs, for ophyd-async' : `PVs of ${device}, for ophyd-async`;
    return { pv, type: 'NTPVI', unit: '', bytes: '', address: '', description };
  });
  return [...bindings.map(recordRow), ...tables, ...calls, ...pvi].sort((a, b) =>
    a.pv.localeCompare(b.pv, 'en', { numeric: true }),
  );
}

const TITLES: Row = {
  pv: 'PV',
  type: 'type',
  unit: 'unit',
  bytes: 'bytes',
  address: 'address',
  description: 'description',
};

function cells(row: Row): string[] {
  return [row.pv, row.type, row.unit, row.bytes, row.address, row.description];
}

function asText(rows: readonly Row[]): string {
  return textTable([TITLES, ...rows].map(cells));
}

function asMarkdown(rows: readonly Row[]): string {
  const line = (row: readonly string[]): string => `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const body = rows.map((row) =>
    line(cells({ ...row, pv: `\`${row.pv}\``, address: row.address === '' ? '' : `\`${row.address}\`` })),
  );
  return [
    '# PV list',
    '',
    'Written by `make docs` from the databases. One slot of each kind is shown; the others differ by their number. A `busy` record is a',
    'command: put 1, and the put completes when it is done. Long texts (`lsi`, `lso`) are strings over PVA, and `NAME.VAL$` over CA; `bytes` is',
    'the longest text in UTF-8: a longer one that is put is refused, and one that is shown is cut.',
    '',
    line(cells(TITLES)),
    '| --- | --- | --- | --- | --- | --- |',
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
