import type { DmLogger } from '../logger.js';
import type { Credentials } from '../wire/login-file.js';
import type { RouteOverrides } from '../wire/route-table.js';
import type { Role } from '../wire/route.js';
import type { RouteName } from '../wire/routes.js';
import type { ListeningService } from '../wire/wire-service.js';

export interface DmServerUser extends Credentials {
  /** `administrator` when left out, as the account of DM's login file is. */
  readonly role?: Role;
}

/** Misbehaviours for tests, changeable while the server runs. All off by default. */
export interface DmServerFaults {
  /** Close every connection without an answer. */
  down: boolean;
  refuseLogin: boolean;
  /** Answer these calls only after so many milliseconds. */
  slowMs: Partial<Record<RouteName, number>>;
  /** Do the call, then lose its reply. */
  loseReply: Partial<Record<RouteName, boolean>>;
  /** Answer these calls with this HTTP status, without doing them. */
  httpStatus: Partial<Record<RouteName, number>>;
  /** Answer these calls with this DM status code (19: service limit), without doing them. */
  statusCode: Partial<Record<RouteName, number>>;
  /** Tell of an invalid session by code 12 under HTTP 200 instead of HTTP 401. */
  sessionErrorAsCode: boolean;
  /** Write `percentageComplete` as text. */
  percentageAsText: boolean;
  /** Leave every `md5Sum` null. */
  nullMd5Sum: boolean;
}

/** One call that the server has answered or refused; `route` is null for the login and for unknown paths. */
export interface ServedCall {
  readonly service: ListeningService;
  readonly route: RouteName | null;
  readonly method: string;
  readonly path: string;
  readonly httpStatus: number;
}

export interface DmServerOptions {
  /** Loopback when left out. */
  readonly host?: string;
  /** One port for all services, or one each; 0 takes a free one. */
  readonly ports: number | Readonly<Record<ListeningService, number>>;
  /** PEM texts; null serves plain HTTP. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
  readonly users: readonly DmServerUser[];
  /** Sessions end when unused for so long; 60 minutes when left out. */
  readonly sessionTimeoutMs?: number;
  readonly routes?: RouteOverrides;
  readonly faults?: Partial<DmServerFaults>;
  readonly logger?: DmLogger;
  readonly onCall?: (call: ServedCall) => void;
}

export function noFaults(): DmServerFaults {
  return {
    down: false,
    refuseLogin: false,
    slowMs: {},
    loseReply: {},
    httpStatus: {},
    statusCode: {},
    sessionErrorAsCode: false,
    percentageAsText: false,
    nullMd5Sum: false,
  };
}
