import { z } from 'zod';
import { DmError } from '../errors.js';
import type { Route } from './route.js';
import { ROUTES, type RouteName, type RouteResponse } from './routes.js';

/** Told of entries of a list that can't be understood; `reason` is that of the first. */
export type LeftOut = (count: number, reason: string) => void;

/**
 * A reply in the shape that its route promises. Unknown keys pass; what is null or of an unexpected type, and may be missing, counts as not
 * told. An entry of a list that lacks what it must have is left out, so that one odd object doesn't hide all others.
 * @throws DmError DM_INTERNAL that names route and key, when nothing is left
 */
export function parseResponse<N extends RouteName>(name: N, body: unknown, leftOut?: LeftOut): RouteResponse<N> {
  const route: Route = ROUTES[name];
  const whole = route.response.safeParse(body);
  if (whole.success) return whole.data as RouteResponse<N>;
  if (!(route.response instanceof z.ZodArray) || !Array.isArray(body)) {
    const parsed = parseRepaired(route.response, body);
    if (parsed.success) return parsed.data as RouteResponse<N>;
    throw unexpected(name, parsed.error);
  }
  const entries: unknown[] = [];
  let first: DmError | undefined;
  for (const entry of body as unknown[]) {
    const parsed = parseRepaired(route.response.element as z.ZodType, entry);
    if (parsed.success) entries.push(parsed.data);
    else first ??= unexpected(name, parsed.error);
  }
  if (first !== undefined) {
    if (entries.length === 0) throw first;
    leftOut?.(body.length - entries.length, first.message);
  }
  return entries as RouteResponse<N>;
}

/** Takes away what the schema objects to, from the inside out, until it fits or something is missing at the top. */
function parseRepaired(schema: z.ZodType, value: unknown): z.ZodSafeParseResult<unknown> {
  let parsed = schema.safeParse(value);
  if (parsed.success) return parsed;
  const repaired: unknown = structuredClone(value);
  while (!parsed.success) {
    const paths = parsed.error.issues.map(({ path }) => path);
    const odd = paths.filter((path) => remove(repaired, path)).length;
    if (odd === 0 && !removeAround(repaired, paths[0] ?? [])) return parsed;
    parsed = schema.safeParse(repaired);
  }
  return parsed;
}

/** Removes the key at a path; false when there is none, or when it is an entry of an array. */
function remove(value: unknown, path: readonly PropertyKey[]): boolean {
  const key = path.at(-1);
  let parent = value;
  for (const step of path.slice(0, -1)) parent = isRecord(parent) ? parent[step] : undefined;
  if (key === undefined || !isRecord(parent) || Array.isArray(parent) || !Object.hasOwn(parent, key)) return false;
  return Reflect.deleteProperty(parent, key);
}

/** Removes the innermost object around a missing key. */
function removeAround(value: unknown, path: readonly PropertyKey[]): boolean {
  for (let length = path.length - 1; length > 0; length -= 1) if (remove(value, path.slice(0, length))) return true;
  return false;
}

function unexpected(name: RouteName, { issues }: z.ZodError): DmError {
  const issue = issues[0];
  const key = issue?.path.join('.') ?? '';
  return new DmError(
    'DM_INTERNAL',
    `DM's reply to ${name} has an unexpected shape at ${key === '' ? 'its top' : `key ${key}`}: ${issue?.message ?? 'unknown'}.`,
  );
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
