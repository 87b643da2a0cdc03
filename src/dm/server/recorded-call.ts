import { decodeText, isEncodedText } from '../wire/encoded-text.js';
import type { SampleValues } from '../wire/dm-objects.js';
import { parsePathTemplate, type PathTemplate, type Placeholder, templateParameters } from '../wire/path-template.js';
import { createRouteTable, routeOf, type RouteTable } from '../wire/route-table.js';
import { isConfirmed } from '../wire/route.js';
import { ROUTE_NAMES, ROUTES, type RouteName } from '../wire/routes.js';
import { CONTEXT_ROOT, type ListeningService } from '../wire/wire-service.js';

/** One request of a vendor client, made readable. Cookies and login forms are not kept. */
export interface RecordedCall {
  readonly service: ListeningService;
  readonly method: string;
  /** Path without `/dm`, encoded segments decoded and in brackets. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The call of the route table that this most likely is. */
  readonly route: RouteName | null;
  /** Its template as the request shows it; null when no call of the table fits. */
  readonly template: string | null;
}

/** At least so much of a call's name must stand in the path. */
const ENOUGH = 0.75;
const table: RouteTable = createRouteTable();

/**
 * @param url the raw request target, with `/dm` and query
 * @param known values that the client may send, by parameter name
 */
export function readRecordedCall(
  service: ListeningService,
  method: string,
  url: string,
  known: SampleValues,
): RecordedCall {
  const [rawPath, rawQuery] = split(url, '?');
  const segments = rawPath
    .slice(CONTEXT_ROOT.length + 1)
    .split('/')
    .map(decodeComponent);
  const pairs = rawQuery === '' ? [] : rawQuery.split('&').map((pair) => split(pair, '=').map(decodeComponent));
  const query = Object.fromEntries(pairs.map(([key = '', value = '']) => [key, readable(value)]));
  const exact = findExact(
    service,
    method,
    segments,
    pairs.map(([key = '']) => key),
  );
  const guessed = exact === null ? guess(service, method, segments) : null;
  return {
    service,
    method,
    path: `/${segments.map((segment) => (isEncodedText(segment) ? `[${readable(segment)}]` : segment)).join('/')}`,
    query,
    route: exact ?? guessed,
    template:
      exact !== null ? routeOf(table, exact).path.source : guessed && propose(guessed, method, segments, pairs, known),
  };
}

function findExact(service: ListeningService, method: string, segments: string[], keys: string[]): RouteName | null {
  const fits = ({ method: own, segments: parts, query }: PathTemplate): boolean =>
    own === method &&
    parts.length >= segments.length &&
    parts.every((part, at) =>
      typeof part === 'string' ? part === segments[at] : fitsPlaceholder(part, segments[at]),
    ) &&
    query.every(([key, part]) => keys.includes(key) || (typeof part !== 'string' && part.optional));
  return ROUTE_NAMES.find((name) => serves(name, service) && fits(routeOf(table, name).path)) ?? null;
}

function fitsPlaceholder({ name, encoding, optional }: Placeholder, segment: string | undefined): boolean {
  if (segment === undefined) return optional;
  if (name === 'id') return isIdentifier(segment);
  return isEncodedText(segment) === (encoding !== 'plain');
}

/** The unconfirmed call whose name has most of its words in the path. */
function guess(service: ListeningService, method: string, segments: readonly string[]): RouteName | null {
  const words = new Set(segments.filter((segment) => !isEncodedText(segment)).flatMap(wordsOf));
  const scored = ROUTE_NAMES.filter((name) => serves(name, service) && !isConfirmed(ROUTES[name])).map((name) => {
    const { path } = routeOf(table, name);
    const verb = path.method === 'GET' ? ['get', 'list'] : path.method === 'DELETE' ? ['clear', 'delete'] : [];
    const named = wordsOf(name).filter((word) => !IDLE_WORDS.has(word) && !verb.includes(word));
    const found = named.filter((word) => words.has(word)).length / Math.max(named.length, 1);
    const dynamic = segments.filter((segment) => isEncodedText(segment) || isIdentifier(segment)).length;
    const expected = path.segments.filter((part) => typeof part !== 'string').length;
    return { name, found, score: found + (path.method === method ? 0.5 : 0) - 0.2 * Math.abs(dynamic - expected) };
  });
  const best = scored.filter(({ found }) => found >= ENOUGH).sort((a, b) => b.score - a.score)[0];
  return best?.name ?? null;
}

const IDLE_WORDS: ReadonlySet<string> = new Set(['by', 'name', 'id', 'info']);

function propose(
  route: RouteName,
  method: string,
  segments: readonly string[],
  pairs: readonly string[][],
  known: SampleValues,
): string | null {
  const own = routeOf(table, route).path;
  const names = templateParameters(own);
  const unused = new Set(names);
  const take = (name: string | undefined): string | undefined =>
    name !== undefined && unused.delete(name) ? name : undefined;
  const write = (value: string, key?: string): string => {
    const encoded = isEncodedText(value);
    const text = encoded ? decodeText(value) : value;
    const marked = Object.entries(known).find(([, value]) => value === text)?.[0];
    const byOrder =
      encoded || isIdentifier(text)
        ? names.find((name) => unused.has(name) && sameKind(own, name, encoded))
        : undefined;
    const name = take(marked) ?? take(key) ?? take(byOrder);
    if (name === undefined) return value;
    return encoded ? `{${isJson(text) ? 'J' : 'E'}(${name})}` : `{${name}}`;
  };
  const path = segments
    .map((segment, at) => (at === 0 && !isEncodedText(segment) ? segment : write(segment)))
    .join('/');
  const query = pairs.map(([key = '', value = '']) => `${key}=${write(value, key)}`).join('&');
  const template = `${method} /${path}${query === '' ? '' : `?${query}`}`;
  try {
    parsePathTemplate(template);
    createRouteTable({ [route]: template });
    return template;
  } catch {
    return null;
  }
}

function sameKind(template: PathTemplate, name: string, encoded: boolean): boolean {
  const parts = [...template.segments, ...template.query.map(([, part]) => part)];
  const part = parts.find((one): one is Placeholder => typeof one !== 'string' && one.name === name);
  return part !== undefined && (part.encoding !== 'plain') === encoded;
}

function serves(name: RouteName, service: ListeningService): boolean {
  const { service: own } = ROUTES[name];
  return own === service || own === 'ANY';
}

/** The words of a camelCase name, singular. */
function wordsOf(name: string): string[] {
  return name
    .split(/(?=[A-Z])|[^A-Za-z]+/u)
    .map((word) => word.toLowerCase().replace(/s$/u, ''))
    .filter((word) => word !== '');
}

function isIdentifier(text: string): boolean {
  return /^(?:\d+|[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/iu.test(text);
}

function isJson(text: string): boolean {
  return /^[[{"]/u.test(text.trim());
}

function readable(value: string): string {
  return isEncodedText(value) ? decodeText(value) : value;
}

function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
