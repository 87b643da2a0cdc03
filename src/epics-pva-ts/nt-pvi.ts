import { alarmField } from './alarm.js';
import { inferType } from './infer-type.js';
import type { PvType } from './pv-type.js';
import { timeStampType } from './time-stamp.js';
import { fieldCodec } from './field-codec.js';

/** How a PV can be used: read, written, both by one PV, executed (put 1 and wait), or the PVI PV of a child device. */
export type PviAccess = 'r' | 'w' | 'rw' | 'x' | 'd';

/** Names of PVs by access. */
export type PviEntry = Readonly<Partial<Record<PviAccess, string>>>;

/** What a device consists of. */
export interface Pvi {
  readonly description: string;
  /** By attribute name, a Python identifier such as `state_text`; children of a vector are `__1`, `__2`, ... */
  readonly entries: Readonly<Record<string, PviEntry>>;
}

/**
 * NTPVI, by which ophyd-async and other clients find a device's PVs; serve it as `<prefix>PVI`. Its type follows from
 * its entries: post changes of PV names only.
 */
export function ntPvi(pvi: Pvi): PvType<Pvi, Pvi> {
  const display = { code: 'struct', id: '', members: [{ name: 'description', code: 'string' }] } as const;
  const members = [
    { name: 'alarm', ...fieldCodec(alarmField).descriptor },
    { name: 'timeStamp', ...timeStampType },
    { name: 'display', ...display },
    { name: 'value', ...inferType(pvi.entries, 'value').type },
  ];
  const encode = ({ description, entries }: Pvi): Record<string, unknown> => ({
    display: { description },
    value: entries,
  });
  return {
    descriptor: { code: 'struct', id: 'epics:nt/NTPVI:1.0', members },
    initial: encode(pvi),
    encoder: () => encode,
    decode: (fields) => ({
      description: (fields['display'] as Pvi).description,
      entries: fields['value'] as Pvi['entries'],
    }),
  };
}
