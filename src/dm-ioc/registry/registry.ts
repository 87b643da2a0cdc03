import type { ServiceName } from 'dm';
import { StartupError } from '../errors.js';
import type { Place, SlotArea } from '../state/action.js';
import type { State } from '../state/state.js';
import { parseAddress, type Address } from './address.js';
import { closestName } from './closest-name.js';
import { DATASET_SIGNALS, FILE_SIGNALS } from './catalog-signals.js';
import { EXPERIMENT_SIGNALS } from './experiment-signals.js';
import { DM_SERVICE_SIGNALS, SERVICE_SIGNALS } from './service-signals.js';
import type { Signal } from './signal.js';
import { DAQ_SIGNALS, DAQ_TOTAL_SIGNALS, UPLOAD_SIGNALS } from './transfer-signals.js';
import { JOB_SIGNALS, WORKFLOW_SIGNALS } from './workflow-signals.js';

export interface SlotCounts {
  readonly daq: number;
  readonly upload: number;
  readonly workflow: number;
}

/** A signal that an address names, bound to its part of the state. */
export interface Resolved {
  readonly address: Address;
  /** `workflow.run`: the address without its key; names the command. */
  readonly signalName: string;
  readonly place: Place;
  readonly signal: Signal<unknown>;
  /** The part of the state it shows; the same reference as long as nothing changed there. */
  readonly slice: (state: State) => unknown;
}

interface Area {
  readonly key: 'none' | 'service' | SlotArea;
  readonly signals: Readonly<Record<string, Signal<never>>>;
  readonly place: Place['area'];
  readonly slice: (state: State, key: string) => unknown;
}

const SERVICE_NAMES: readonly ServiceName[] = ['DS', 'DAQ', 'CAT', 'PROC'];

/** Area name (with `[]` when it takes a key) -> what it offers. */
export const AREAS: Readonly<Record<string, Area>> = {
  service: { key: 'none', signals: SERVICE_SIGNALS, place: 'service', slice: (state) => state.service },
  'service[]': {
    key: 'service',
    signals: DM_SERVICE_SIGNALS,
    place: 'service',
    slice: (state, key) => state.health[key as ServiceName],
  },
  experiment: { key: 'none', signals: EXPERIMENT_SIGNALS, place: 'experiment', slice: (state) => state.experiment },
  daq: { key: 'none', signals: DAQ_TOTAL_SIGNALS, place: 'service', slice: (state) => state.daqs },
  'daq[]': { key: 'daq', signals: DAQ_SIGNALS, place: 'daq', slice: (state, key) => state.daqSlots[Number(key) - 1] },
  'upload[]': {
    key: 'upload',
    signals: UPLOAD_SIGNALS,
    place: 'upload',
    slice: (state, key) => state.uploadSlots[Number(key) - 1],
  },
  job: { key: 'none', signals: JOB_SIGNALS, place: 'service', slice: (state) => state.jobs },
  'workflow[]': {
    key: 'workflow',
    signals: WORKFLOW_SIGNALS,
    place: 'workflow',
    slice: (state, key) => state.workflowSlots[Number(key) - 1],
  },
  file: { key: 'none', signals: FILE_SIGNALS, place: 'file', slice: (state) => state.file },
  dataset: { key: 'none', signals: DATASET_SIGNALS, place: 'dataset', slice: (state) => state.dataset },
};

function unknown(message: string): never {
  throw new StartupError('ADDRESS_UNKNOWN', message);
}

function remedy(name: string, names: readonly string[]): string {
  const near = closestName(name, names);
  return near === undefined ? `; there are ${names.join(', ')}` : `; did you mean ${near}?`;
}

function checkKey(text: string, area: Area, key: string | null, slots: SlotCounts): void {
  if (area.key === 'none') return;
  if (area.key === 'service') {
    if (!SERVICE_NAMES.some((name) => name === key))
      unknown(`"@${text}": no service ${key ?? ''}; there are ${SERVICE_NAMES.join(', ')}`);
    return;
  }
  const count = slots[area.key];
  if (!/^[1-9]\d*$/u.test(key ?? '') || Number(key) > count) {
    unknown(`"@${text}": no ${area.key} slot ${key ?? ''}; the configuration has slots.${area.key}: ${count}`);
  }
}

/**
 * What an address means.
 * @throws StartupError ADDRESS_INVALID, ADDRESS_UNKNOWN with what there is instead
 */
export function resolveAddress(text: string, slots: SlotCounts): Resolved {
  const address = parseAddress(text);
  const areaName = address.key === null ? address.area : `${address.area}[]`;
  const area = AREAS[areaName];
  if (area === undefined) {
    return unknown(`"@${text}": no area ${areaName}; there are ${Object.keys(AREAS).join(', ')}`);
  }
  const key = address.key ?? '';
  checkKey(text, area, address.key, slots);
  const signal = Object.hasOwn(area.signals, address.signal) ? area.signals[address.signal] : undefined;
  if (signal === undefined) {
    return unknown(
      `"@${text}": ${areaName} has no signal ${address.signal}${remedy(address.signal, Object.keys(area.signals))}`,
    );
  }
  const hasSlot = area.key !== 'none' && area.key !== 'service';
  return {
    address,
    signalName: `${address.area}.${address.signal}`,
    place: { area: area.place, slot: hasSlot ? Number(key) : 0 },
    signal: signal as Signal<unknown>,
    slice: (state) => area.slice(state, key),
  };
}
