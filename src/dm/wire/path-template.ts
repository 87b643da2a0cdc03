import { DmError } from '../errors.js';
import { decodeJson, decodeText, encodeJson, encodeText } from './encoded-text.js';

/** How a parameter is written: as it is (percent-encoded), as encoded text `E(…)`, or as encoded JSON `J(…)`. */
export type Encoding = 'plain' | 'text' | 'json';

export interface Placeholder {
  readonly name: string;
  readonly encoding: Encoding;
  /** Left out of the path or the query when the parameter is undefined or empty. */
  readonly optional: boolean;
}

/** One segment of the path, or the value of one query key: a literal or a parameter. */
export type Part = string | Placeholder;

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A parsed route template. `query` keeps the order of the template. */
export interface PathTemplate {
  readonly source: string;
  readonly method: HttpMethod;
  readonly segments: readonly Part[];
  readonly query: readonly (readonly [key: string, value: Part])[];
}

export type WireParameters = Readonly<Record<string, unknown>>;

const PLACEHOLDER = /^\{(?:(?<kind>[EJ])\((?<encoded>\w+)\)|(?<plain>\w+))(?<optional>\?)?\}$/u;
const LITERAL = /^[\w.~-]+$/u;

/**
 * Reads a route template: `POST /experimentsByName/{E(experimentName)}/startDaq/{E(dataDirectory)}?taskInfo={J(taskInfo)}`.
 * `{x}` is a plain parameter, `{E(x)}` encoded text, `{J(x)}` encoded JSON; `?` before the brace makes it optional. The context root `/dm` is left out.
 * @throws DmError DM_CONFIGURATION
 */
export function parsePathTemplate(source: string): PathTemplate {
  const match = /^(GET|POST|PUT|DELETE)\s+(\/(?:[^?\s]|\?\})+)(?:\?(\S+))?$/u.exec(source.trim());
  if (match === null) throw invalid(source, 'it must read METHOD /path?key={value}');
  const [, method, path = '', query] = match;
  return {
    source,
    method: method as HttpMethod,
    segments: path
      .slice(1)
      .split('/')
      .map((segment) => parsePart(segment, source)),
    query: (query?.split('&') ?? []).map((pair): [string, Part] => {
      const [key, value] = splitOnce(pair);
      if (!LITERAL.test(key)) throw invalid(source, `"${key}" is no query key`);
      return [key, parsePart(value, source)];
    }),
  };
}

/** Names of all parameters of a template; `optional` ones only when asked for. */
export function templateParameters(template: PathTemplate, withOptional = true): string[] {
  const parts: Part[] = [...template.segments, ...template.query.map(([, value]) => value)];
  return parts.flatMap((part) => (typeof part === 'string' || (part.optional && !withOptional) ? [] : [part.name]));
}

/**
 * Path and query, as they go over the wire (without the context root). Quotes and `=` of encoded values stay raw, as the vendor client sends them.
 * @throws DmError DM_INVALID_ARGUMENT when a parameter is missing
 */
export function expandTemplate(template: PathTemplate, parameters: WireParameters): string {
  const segments = template.segments.flatMap((part) => writePart(part, parameters, template) ?? []);
  const query = template.query.flatMap(([key, part]) => {
    const value = writePart(part, parameters, template);
    return value === undefined ? [] : [`${key}=${value}`];
  });
  return `/${segments.join('/')}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

/**
 * The parameters of a request, decoded. `path` and `query` hold raw values by parameter name and by query key.
 * @throws DmInvalidArgumentError when a value can't be decoded, DmError DM_INVALID_REQUEST when one is missing
 */
export function readParameters(
  template: PathTemplate,
  path: Readonly<Record<string, string | undefined>>,
  query: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const part of template.segments) {
    if (typeof part !== 'string') readPart(part, path[part.name], parameters);
  }
  for (const [key, part] of template.query) {
    if (typeof part !== 'string') readPart(part, query[key], parameters);
  }
  return parameters;
}

function readPart(part: Placeholder, raw: string | undefined, parameters: Record<string, unknown>): void {
  if (raw === undefined || raw === '') {
    if (part.optional) return;
    throw new DmError('DM_INVALID_REQUEST', `The parameter ${part.name} is missing.`);
  }
  if (part.encoding === 'json') parameters[part.name] = decodeJson(raw);
  else parameters[part.name] = part.encoding === 'text' ? decodeText(raw) : raw;
}

function writePart(part: Part, parameters: WireParameters, template: PathTemplate): string | undefined {
  if (typeof part === 'string') return part;
  const value = parameters[part.name];
  if (value === undefined || value === '') {
    if (part.optional) return undefined;
    if (value === undefined || part.encoding === 'plain') {
      throw new DmError('DM_INVALID_ARGUMENT', `The parameter ${part.name} of ${template.source} is missing.`);
    }
  }
  if (part.encoding === 'json') return encodeJson(value);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new DmError(
      'DM_INVALID_ARGUMENT',
      `The parameter ${part.name} of ${template.source} must be text or a number.`,
    );
  }
  return part.encoding === 'text' ? encodeText(String(value)) : encodeURIComponent(value);
}

function parsePart(text: string, source: string): Part {
  const groups = PLACEHOLDER.exec(text)?.groups;
  if (groups === undefined) {
    if (!LITERAL.test(text)) throw invalid(source, `"${text}" is neither a literal nor a parameter such as {E(name)}`);
    return text;
  }
  const encoding = groups['kind'] === undefined ? 'plain' : groups['kind'] === 'E' ? 'text' : 'json';
  return {
    name: groups['encoded'] ?? groups['plain'] ?? '',
    encoding,
    optional: groups['optional'] !== undefined,
  };
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function invalid(source: string, reason: string): DmError {
  return new DmError(
    'DM_CONFIGURATION',
    `The route template "${source}" is not valid: ${reason}. Correct dm.rest.routes.`,
  );
}
