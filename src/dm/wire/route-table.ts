import { z } from 'zod';
import { DmError } from '../errors.js';
import { type PathTemplate, parsePathTemplate, templateParameters } from './path-template.js';
import type { Route } from './route.js';
import { ROUTE_NAMES, ROUTES, type RouteName } from './routes.js';

/** A route with its template parsed; `confirmed` is also true when the configuration has set the path. */
export interface ResolvedRoute {
  readonly name: RouteName;
  readonly route: Route;
  readonly path: PathTemplate;
  readonly overridden: boolean;
}
export type RouteTable = ReadonlyMap<RouteName, ResolvedRoute>;
export type RouteOverrides = Readonly<Partial<Record<RouteName, string>>>;

/**
 * The route table with a site's own templates in place of ours. A template may leave out optional parameters, never invent one.
 * @throws DmError DM_CONFIGURATION that names the route
 */
export function createRouteTable(overrides: Readonly<Record<string, string | undefined>> = {}): RouteTable {
  for (const name of Object.keys(overrides)) {
    if (!Object.hasOwn(ROUTES, name)) {
      throw new DmError(
        'DM_CONFIGURATION',
        `There is no route "${name}" to override; the routes are ${ROUTE_NAMES.join(', ')}.`,
      );
    }
  }
  return new Map(
    ROUTE_NAMES.map((name) => {
      const override = overrides[name];
      const own = parsePathTemplate(ROUTES[name].template);
      const path = override === undefined ? own : checkOverride(name, own, parsePathTemplate(override));
      return [name, { name, route: ROUTES[name], path, overridden: override !== undefined }];
    }),
  );
}

/** @throws DmError DM_CONFIGURATION never for a name of the table */
export function routeOf(table: RouteTable, name: RouteName): ResolvedRoute {
  const route = table.get(name);
  if (route === undefined) throw new DmError('DM_CONFIGURATION', `There is no route "${name}".`);
  return route;
}

function checkOverride(name: RouteName, own: PathTemplate, override: PathTemplate): PathTemplate {
  const known = templateParameters(own);
  const given = templateParameters(override);
  const strange = given.filter((parameter) => !known.includes(parameter));
  const lacking = templateParameters(own, false).filter(
    (parameter) => !given.includes(parameter) && !mayBeLeftOut(name, parameter),
  );
  if (strange.length > 0 || lacking.length > 0) {
    const wrong = [
      ...strange.map((parameter) => `it has no parameter ${parameter}`),
      ...lacking.map((parameter) => `the parameter ${parameter} is missing`),
    ];
    throw new DmError('DM_CONFIGURATION', `The template "${override.source}" of route ${name}: ${wrong.join(', ')}.`);
  }
  return override;
}

function mayBeLeftOut(name: RouteName, parameter: string): boolean {
  const { parameters }: Route = ROUTES[name];
  return z.safeParse(parameters[parameter] ?? z.never(), undefined).success;
}
