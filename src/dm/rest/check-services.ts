import { errorText } from '../error-text.js';
import { DmError, DmObjectNotFoundError } from '../errors.js';
import { type DmLogger, silentLogger } from '../logger.js';
import { CONTEXT_ROOT, type ListeningService, type WireService } from '../wire/wire-service.js';
import type { MetObjects } from '../wire/dm-objects.js';
import { expandTemplate, type WireParameters } from '../wire/path-template.js';
import { createRouteTable, type ResolvedRoute } from '../wire/route-table.js';
import { isConfirmed, type Route } from '../wire/route.js';
import type { RouteArguments, RouteName } from '../wire/routes.js';
import { CredentialsSource } from './credentials-source.js';
import { parseRestOptions, type RestOptionsInput } from './rest-options.js';
import { ServiceClient } from './service-client.js';
import { serviceUrls } from './service-urls.js';
import { Transport } from './transport.js';
import { unprotected } from './unprotected.js';

/** How one read-only call went. `skipped`: nothing is there to ask it about, or its service isn't configured. */
export interface ServiceCheck {
  readonly service: WireService;
  readonly url: string | null;
  readonly route: RouteName;
  /** Method and path as they were sent; the template when they were not. */
  readonly path: string;
  /** Whether the path is known from a real service, or set by the configuration. */
  readonly confirmed: boolean;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** What came, or why it failed. */
  readonly message: string;
  readonly durationMs: number;
}

/**
 * Call every read-only endpoint of the configured services once and tell which answer as expected. Changes nothing at DM.
 * @throws DmError DM_CONFIGURATION when the options or the login file are wrong
 */
export async function checkServices(
  input: RestOptionsInput,
  logger: DmLogger = silentLogger,
  signal?: AbortSignal,
): Promise<ServiceCheck[]> {
  const options = parseRestOptions(input);
  for (const warning of unprotected(options)) logger.warn({ tls: options.tls }, warning);
  const credentials = new CredentialsSource(options.loginFile);
  const owner = options.owner ?? (await credentials.read()).username;
  const transport = new Transport(options.tls, options.timeouts.connectMs);
  const table = createRouteTable(options.routes);
  const shared = { transport, credentials, table, logger, rest: options };
  const checks: ServiceCheck[] = [];
  let met: MetObjects = {};
  try {
    for (const [service, url] of serviceUrls(options)) {
      const client = url === undefined ? undefined : new ServiceClient({ ...shared, service, url, health: undefined });
      for (const resolved of table.values()) {
        const { route } = resolved;
        if (route.cost === 'write' || !isAskedAt(route, service)) continue;
        const parameters = route.check({ station: options.station, beamline: options.beamline, owner, met });
        const { answer, ...result } = await checkOne(client, resolved, parameters, signal);
        checks.push({ ...describe(resolved, client, parameters), ...result });
        const first: unknown = Array.isArray(answer) ? answer[0] : answer;
        // An empty list says that there is none; a single object that doesn't come says nothing.
        if (first !== undefined || route.cost === 'list') met = { ...met, [route.answer.kind]: first };
      }
    }
    return checks;
  } finally {
    await transport.close();
  }
}

/** What all services answer is asked of the first. */
function isAskedAt({ service: own }: Route, service: ListeningService): boolean {
  return own === service || (own === 'ANY' && service === 'DS');
}

async function checkOne(
  client: ServiceClient | undefined,
  { name }: ResolvedRoute,
  parameters: WireParameters | undefined,
  signal: AbortSignal | undefined,
): Promise<Pick<ServiceCheck, 'outcome' | 'message' | 'durationMs'> & { answer?: unknown }> {
  const startedMs = performance.now();
  const passed = (): number => Math.round(performance.now() - startedMs);
  if (client === undefined || parameters === undefined) {
    const message = client === undefined ? 'its service is not configured' : 'there is nothing to ask it about';
    return { outcome: 'skipped', message, durationMs: 0 };
  }
  try {
    const options = { retry: false, ...(signal !== undefined && { signal }) };
    const answer = await client.call<RouteName>(name, parameters as RouteArguments<RouteName>, options);
    const message = Array.isArray(answer) ? `${answer.length} entries` : 'one object';
    return { answer, outcome: 'ok', message, durationMs: passed() };
  } catch (error) {
    signal?.throwIfAborted();
    // A call that names nothing was understood, and there is none.
    if (error instanceof DmObjectNotFoundError && Object.keys(parameters).length === 0) {
      return { outcome: 'skipped', message: error.message, durationMs: passed() };
    }
    const message = error instanceof DmError ? `${error.code}: ${error.message}` : errorText(error);
    return { outcome: 'failed', message, durationMs: passed() };
  }
}

function describe(
  { name, route, path, overridden }: ResolvedRoute,
  client: ServiceClient | undefined,
  parameters: WireParameters | undefined,
): Pick<ServiceCheck, 'service' | 'url' | 'route' | 'path' | 'confirmed'> {
  let sent = path.source;
  try {
    if (parameters !== undefined) sent = `${path.method} ${CONTEXT_ROOT}${expandTemplate(path, parameters)}`;
  } catch {
    // The call itself says what is missing.
  }
  return {
    service: client?.service ?? route.service,
    url: client?.url ?? null,
    route: name,
    path: sent,
    confirmed: isConfirmed(route) || overridden,
  };
}
