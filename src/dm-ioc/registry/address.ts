import { StartupError } from '../errors.js';

/** `workflow[1].stage` taken apart; `key` is a slot number, a service name, or null. */
export interface Address {
  readonly area: string;
  readonly key: string | null;
  readonly signal: string;
}

const FORM = /^(?<area>[a-z][A-Za-z]*)(?:\[(?<key>[A-Za-z0-9]+)\])?\.(?<signal>[a-z][A-Za-z0-9]*)$/u;

/** @throws StartupError ADDRESS_INVALID */
export function parseAddress(text: string): Address {
  const groups = FORM.exec(text.trim())?.groups;
  if (groups === undefined) {
    throw new StartupError(
      'ADDRESS_INVALID',
      `address "@${text}" has not the form @area.signal or @area[key].signal, such as @workflow[1].stage`,
    );
  }
  return { area: groups['area'] ?? '', key: groups['key'] ?? null, signal: groups['signal'] ?? '' };
}
