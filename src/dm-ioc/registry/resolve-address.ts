import { closestName } from 'dm';
import { StartupError } from '../errors.js';
import type { Place } from '../state/action.js';
import type { State } from '../state/state.js';
import type { AddressSpace, Area } from './area.js';
import type { Signal } from './signal.js';

/** `workflow[1].stage` taken apart; `key` is a slot number, a service name, or null. */
interface Address {
  readonly area: string;
  readonly key: string | null;
  readonly signal: string;
}

const FORM = /^(?<area>[a-z][A-Za-z]*)(?:\[(?<key>[A-Za-z0-9]+)\])?\.(?<signal>[a-z][A-Za-z0-9]*)$/u;

/** @throws StartupError ADDRESS_INVALID */
function parseAddress(text: string): Address {
  const groups = FORM.exec(text.trim())?.groups;
  if (groups === undefined) {
    throw new StartupError(
      'ADDRESS_INVALID',
      `address "@${text}" has not the form @area.signal or @area[key].signal, such as @workflow[1].stage`,
    );
  }
  return { area: groups['area'] ?? '', key: groups['key'] ?? null, signal: groups['signal'] ?? '' };
}

/** A signal that an address names, bound to its part of the state. */
export interface Resolved {
  readonly address: Address;
  readonly place: Place;
  readonly signal: Signal<unknown>;
  /** The part of the state it shows; the same reference as long as nothing changed there. */
  readonly slice: (state: State) => unknown;
}

function unknown(message: string): never {
  throw new StartupError('ADDRESS_UNKNOWN', message);
}

function remedy(name: string, names: readonly string[]): string {
  const near = closestName(name, names);
  return near === undefined ? `; there are ${names.join(', ')}` : `; did you mean ${near}?`;
}

/** `daq[]` takes a key, `daq` none: they may lead to different signals. */
function formOf({ name, keys }: AddressSpace): string {
  return keys === undefined ? name : `${name}[]`;
}

/**
 * What an address means.
 * @throws StartupError ADDRESS_INVALID, ADDRESS_UNKNOWN with what there is instead
 */
export function resolveAddress(text: string, areas: readonly Area[]): Resolved {
  const address = parseAddress(text);
  const form = address.key === null ? address.area : `${address.area}[]`;
  const spaces = areas.flatMap(({ addresses = [] }) => addresses);
  const space = spaces.find((one) => formOf(one) === form);
  if (space === undefined) return unknown(`"@${text}": no area ${form}; there are ${spaces.map(formOf).join(', ')}`);
  const key = address.key ?? '';
  if (space.keys?.names.includes(key) === false) unknown(`"@${text}": ${space.keys.complaint(key)}`);
  const signal = Object.hasOwn(space.signals, address.signal) ? space.signals[address.signal] : undefined;
  if (signal === undefined) {
    return unknown(
      `"@${text}": ${form} has no signal ${address.signal}${remedy(address.signal, Object.keys(space.signals))}`,
    );
  }
  return { address, place: space.place(key), signal, slice: (state) => space.slice(state, key) };
}
