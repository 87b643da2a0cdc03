import { ntPvi, type PvaServer, type PviEntry } from 'epics-pva-ts';
import type { Binding } from './binding.js';

type Entries = Partial<Record<string, PviEntry>>;

/** What an ophyd-async Device has itself, or keeps for Bluesky's protocols: no child may be named so. Source: ophyd-async 0.21. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'name parent connect children log set_name collect_asset_docs get_index read_configuration describe_configuration ' +
    'trigger prepare read describe describe_collect collect collect_pages set locate kickoff complete stage unstage pause resume ' +
    'stop subscribe clear_sub check_value hints clear get items keys values pop popitem setdefault update'
  ).split(' '),
);

/** `StatusText` -> `status_text`, `NFiles` -> `n_files`, `DAQ1` -> `daq1`: a Python identifier. */
export function pythonName(name: string): string {
  const words = name
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/gu, '_')
    .replaceAll(/(?<=[A-Z])(?=[A-Z][a-z])/gu, '_')
    .replaceAll(/[^A-Za-z0-9]+/gu, '_')
    .toLowerCase();
  return /^\d/u.test(words) ? `_${words}` : words;
}

/**
 * `Stop` of DAQ1 -> `daq_stop`: a name that ophyd-async takes, told by its device where the plain one is taken. (A trailing
 * underscore would do too, but not in a typed device: ophyd-async drops it from the annotation before it looks it up.)
 */
export function attributeName(device: string, name: string): string {
  const plain = pythonName(name);
  return RESERVED.has(plain) ? `${pythonName(device.replace(/\d+$/u, '')) || 'dm'}_${plain}` : plain;
}

function entryOf({ record, signal }: Binding): PviEntry {
  if (signal.kind === 'command') return { x: record.name };
  return record.direction === 'out' ? { rw: record.name } : { r: record.name };
}

function add(entries: Entries, device: string, name: string, entry: PviEntry): void {
  const isReadback = name.endsWith('_RBV');
  const key = attributeName(device, isReadback ? name.slice(0, -'_RBV'.length) : name);
  const known = entries[key];
  const setpoint = known?.rw ?? known?.w;
  if (isReadback && setpoint !== undefined && entry.r !== undefined) entries[key] = { r: entry.r, w: setpoint };
  else if (known?.r !== undefined && entry.rw !== undefined) entries[key] = { r: known.r, w: entry.rw };
  else entries[key] = entry;
}

/** Device (`WF1`, `Service:DS`; empty for the top) -> its entries; slots are under the device without their number. */
function deviceTree(
  prefix: string,
  bindings: readonly Binding[],
  tables: readonly string[],
): ReadonlyMap<string, Entries> {
  const devices = new Map<string, Entries>([['', {}]]);
  const device = (name: string): Entries => {
    const entries = devices.get(name) ?? {};
    devices.set(name, entries);
    return entries;
  };
  const place = (name: string, entry: PviEntry): void => {
    if (!name.startsWith(prefix)) return;
    const path = name.slice(prefix.length);
    const at = path.lastIndexOf(':');
    const owner = at === -1 ? '' : path.slice(0, at);
    add(device(owner), owner, path.slice(at + 1), entry);
  };
  for (const binding of bindings) place(binding.record.name, entryOf(binding));
  for (const table of tables) place(table, { r: table });
  for (const name of [...devices.keys()]) {
    const { parent, number } = /^(?<parent>.*\D)(?<number>[1-9]\d*)$/u.exec(name)?.groups ?? {};
    if (parent !== undefined && number !== undefined) device(parent)[`__${number}`] = { d: `${prefix}${name}:PVI` };
  }
  return devices;
}

/** The names of all PVI PVs. @param tables names of PVA tables */
export function pviNames(prefix: string, bindings: readonly Binding[], tables: readonly string[]): string[] {
  return [...deviceTree(prefix, bindings, tables).keys()].map((device) =>
    device === '' ? `${prefix}PVI` : `${prefix}${device}:PVI`,
  );
}

/**
 * Serves `<prefix>PVI` and one for each device (`<prefix>WF1:PVI`), by which ophyd-async finds the PVs. Slots are a DeviceVector: the
 * entry `wf` leads to `<prefix>WF:PVI`, whose entries `__1`, `__2`… are the slots.
 * @param tables names of PVA tables, listed as readable
 */
export function servePvi(
  server: PvaServer,
  prefix: string,
  bindings: readonly Binding[],
  tables: readonly string[],
): void {
  const devices = deviceTree(prefix, bindings, tables);
  const slots = new Set(
    [...devices.values()].flatMap((entries) =>
      Object.keys(entries)
        .filter((key) => key.startsWith('__'))
        .map((key) => entries[key]?.d),
    ),
  );
  const top = devices.get('') ?? {};
  const serve = (name: string, description: string, entries: Entries): void => {
    server.add(name, ntPvi({ description, entries: entries as Record<string, PviEntry> }));
  };
  for (const [device, entries] of devices) {
    if (device === '') continue;
    const name = `${prefix}${device}:PVI`;
    const key = attributeName('', device);
    // A PV and a device may have one name, as Experiment has.
    if (!slots.has(name)) top[key in top ? `${key}_info` : key] = { d: name };
    serve(name, device, entries);
  }
  serve(`${prefix}PVI`, 'dm-ioc', top);
}
