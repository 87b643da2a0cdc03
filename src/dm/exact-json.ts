import { LosslessNumber, isLosslessNumber, parse, stringify } from 'lossless-json';

/** A number in a text of JSON, in all forms in which JavaScript's may be another one, or be written otherwise. */
const ODD_NUMBER = /[:[,]\s*(?:-0(?![.\d])|-?(?:[\d.]{16}|[\d.]+e|\d+\.\d*0(?!\d)))/iu;

/** How an exact number shows where it was written without {@link exactJsonText}. */
const TRACE = '"isLosslessNumber":true';

function exactNumber(text: string): unknown {
  const number = Number(text);
  if (String(number) === text) return number;
  return /^-?\d+$/u.test(text) && text !== '-0' ? BigInt(text) : new LosslessNumber(text);
}

function nearestNumber(text: string): number | bigint {
  const exact = exactNumber(text);
  return typeof exact === 'bigint' ? exact : Number(text);
}

/**
 * JSON that a user gave, with each number as it is written: as a number where that is the same, as a bigint beyond 2^53, and else
 * (`1.0`, `1e400`, `-0`) as an object that {@link exactJsonText} writes as it was. A key that an object has twice, with two values, is refused.
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  return parse(text, undefined, exactNumber);
}

/** The same of what {@link exactJsonText} wrote, without looking for keys that are there twice: faster. @throws SyntaxError */
export function readExactJson(text: string): unknown {
  return ODD_NUMBER.test(text) ? parse(text, undefined, exactNumber) : (JSON.parse(text) as unknown);
}

/** JSON of another program, with whole numbers beyond 2^53 as bigints; all others are numbers. @throws SyntaxError */
export function readJson(text: string): unknown {
  if (!ODD_NUMBER.test(text)) return JSON.parse(text) as unknown;
  return parse(text, undefined, { parseNumber: nearestNumber, onDuplicateKey: ({ newValue }) => newValue });
}

/** The JSON of a value; numbers that {@link parseExactJson} has read are written as they were. */
export function exactJsonText(value: unknown): string {
  try {
    const text = JSON.stringify(value);
    if (!text.includes(TRACE)) return text;
  } catch (error) {
    // A bigint.
    if (!(error instanceof TypeError)) throw error;
  }
  return stringify(value) ?? 'null';
}

/** What was read exactly, with JavaScript's numbers in it, for what must be a number to work with. */
export function plainNumbers(value: unknown): unknown {
  if (isLosslessNumber(value)) return Number(value.value);
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainNumbers(one)]));
}
