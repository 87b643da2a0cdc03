import { readJson } from '../exact-json.js';

/** The value of a reply's text; undefined when it is empty or no JSON. */
export function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : readJson(text);
  } catch {
    return undefined;
  }
}
