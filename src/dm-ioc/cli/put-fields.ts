import { exactJsonText, readJson } from 'dm';
import { StartupError } from '../errors.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a structure that a JSON object names; whole numbers keep all their digits, and an object for a text is written as JSON.
 * @param present the structure as it is
 * @throws StartupError PUT_FAILED that lists what the structure has
 */
export function putFields(pv: string, text: string, present: Fields): Fields {
  const names = Object.keys(present);
  const given = objectIn(text);
  if (given === null) {
    const example = `'{"${names[0] ?? 'field'}": …}'`;
    throw new StartupError(
      'PUT_FAILED',
      `put ${pv}: a structure takes a JSON object such as ${example}, of its fields ${names.join(', ')}`,
    );
  }
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (unknown.length === 0) {
    const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
    const asText = (name: string, value: unknown): unknown =>
      typeof present[name] === 'string' && isObject(value) ? exactJsonText(value) : value;
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, asText(name, value)]));
  }
  throw new StartupError('PUT_FAILED', `put ${pv}: no field ${unknown.join(', ')}; there are ${names.join(', ')}`);
}

function objectIn(text: string): Fields | null {
  try {
    const value = readJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}
