import { loadConfig } from '../config/load-config.js';
import { allTables } from '../pvs/tables/tables.js';
import type { Binding } from '../pvs/binding.js';
import { REMOTE_CALLS } from '../commands/remote-calls.js';
import { textTable } from '../state/text-table.js';
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

function allRows(bindings: readonly Binding[], prefix: string, workflowSlots: number): Row[] {
  const tables = allTables(workflowSlots).map(({ name, descriptor: description }): Row => {
    return { pv: `${prefix}${name}`, type: 'NTTable', unit: '', address: '', description };
  });
  const calls = Object.entries(REMOTE_CALLS).map(([name, description]): Row => {
    return { pv: `${prefix}rpc:${name}`, type: 'RPC', unit: '', address: '', description };
  });
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
  const oneSlot = ['slots.daq=1', 'slots.upload=1', 'slots.workflow=1'];
  const config = loadConfig(options.config, [...(options.markdown === true ? oneSlot : []), ...options.set]);
  const { bindings } = await loadForInspection(config);
  const rows = allRows(bindings, config.prefix, config.slots.workflow);
  process.stdout.write(`${options.markdown === true ? asMarkdown(rows) : asText(rows)}\n`);
}
