import type { z } from 'zod';
import { DmError } from '../errors.js';
import { ROUTES, type Route, type RouteName, type RouteResponse } from './routes.js';

/**
 * A reply in the shape that its route promises. Unknown keys pass; a null where DM otherwise leaves a key out counts as left out.
 * @throws DmError DM_INTERNAL that names route and key
 */
export function parseResponse<N extends RouteName>(name: N, body: unknown): RouteResponse<N> {
  const route: Route = ROUTES[name];
  const first = route.response.safeParse(body);
  if (first.success) return first.data as RouteResponse<N>;
  const repaired = withoutNulls(body, first.error.issues);
  const second = repaired === undefined ? first : route.response.safeParse(repaired);
  if (second.success) return second.data as RouteResponse<N>;
  const issue = second.error.issues[0];
  const key = issue?.path.join('.') ?? '';
  throw new DmError(
    'DM_INTERNAL',
    `DM's reply to ${name} has an unexpected shape at ${key === '' ? 'its top' : `key ${key}`}: ${issue?.message ?? 'unknown'}.`,
  );
}

function withoutNulls(body: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  let repaired: unknown;
  for (const { path } of issues) {
    if (valueAt(body, path) !== null || path.length === 0) continue;
    repaired ??= structuredClone(body);
    const parent = valueAt(repaired, path.slice(0, -1));
    if (isRecord(parent)) Reflect.deleteProperty(parent, path[path.length - 1] ?? '');
  }
  return repaired;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (!isRecord(at)) return undefined;
    at = at[key];
  }
  return at;
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
