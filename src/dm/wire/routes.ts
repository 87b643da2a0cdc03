import type { z } from 'zod';
import type { Route } from './route.js';
import { ANY_ROUTES } from './routes/any.js';
import { APS_DB_ROUTES } from './routes/aps-db.js';
import { CAT_ROUTES } from './routes/cat.js';
import { DAQ_ROUTES } from './routes/daq.js';
import { DS_ROUTES } from './routes/ds.js';
import { PROC_ROUTES } from './routes/proc.js';

/** Every call that this program makes or serves, by DM's own API names. Configuration can replace any template. */
export const ROUTES = {
  ...DS_ROUTES,
  ...DAQ_ROUTES,
  ...CAT_ROUTES,
  ...PROC_ROUTES,
  ...APS_DB_ROUTES,
  ...ANY_ROUTES,
} satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
type Parameters<N extends RouteName> = z.ZodObject<(typeof ROUTES)[N]['parameters']>;
/** What a call is made with. */
export type RouteArguments<N extends RouteName> = z.input<Parameters<N>>;
/** The same as a server has it: decoded and checked. */
export type RouteParameters<N extends RouteName> = z.output<Parameters<N>>;
/** What a call answers, parsed. */
export type RouteResponse<N extends RouteName> = z.output<(typeof ROUTES)[N]['response']>;

export const ROUTE_NAMES = Object.keys(ROUTES) as RouteName[];
