import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { DmError } from '../errors.js';
import { exactJsonText } from '../exact-json.js';
import { createRouteTable, routeOf } from '../wire/route-table.js';
import type { SampleValues } from '../wire/dm-objects.js';
import { isConfirmed } from '../wire/route.js';
import { ROUTE_NAMES, ROUTES, type RouteName } from '../wire/routes.js';
import { statusHeaders } from '../wire/status-headers.js';
import { LISTENING_SERVICES, type ListeningService, LOGIN_PATH } from '../wire/wire-service.js';
import { readRecordedCall, type RecordedCall } from './recorded-call.js';
import { answerRecordedCall } from './recorder-answers.js';

/** Give these values to the vendor's commands: the recorder finds the parameters by them. */
export const RECORDER_MARKERS: Omit<SampleValues, 'stationName' | 'owner'> = {
  experimentName: 'recorder-experiment',
  dataDirectory: '/recorder/data',
  experimentFilePath: 'recorder/file.h5',
  datasetName: 'recorder-dataset',
  name: 'recorder-workflow',
  id: '01234567-89ab-cdef-0123-456789abcdef',
};

export interface RecorderOptions {
  /** Loopback when left out. */
  readonly host?: string;
  readonly ports: Readonly<Record<ListeningService, number>>;
  readonly tls: { readonly key: string; readonly cert: string } | null;
  readonly station: string;
  readonly onCall?: (call: RecordedCall) => void;
}

export interface Recorder {
  readonly urls: Readonly<Record<ListeningService, string>>;
  readonly calls: readonly RecordedCall[];
  /** Templates that differ from ours, ready for the configuration. */
  proposedRoutes(): Partial<Record<RouteName, string>>;
  /** The same as YAML, with what was confirmed, what is still open and what was not understood as comments. */
  toYaml(): string;
  close(): Promise<void>;
}

/**
 * A stand-in for DM that records what a vendor client asks and answers plausibly; it does nothing else. Any login succeeds; names and
 * passwords are not kept, but for the user's name, which is the owner in paths.
 * @throws DmError DM_CONFIGURATION when a port can't be taken
 */
export async function createRecorder(options: RecorderOptions): Promise<Recorder> {
  const host = options.host ?? '127.0.0.1';
  const calls: RecordedCall[] = [];
  const servers: Server[] = [];
  let known: SampleValues = { stationName: options.station, owner: 'dmuser', ...RECORDER_MARKERS };
  const handle = async (
    service: ListeningService,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const url = request.url ?? '/';
    const body = await readBody(request);
    for (const [name, value] of Object.entries(statusHeaders())) response.setHeader(name, value);
    if (url.startsWith(LOGIN_PATH)) {
      known = { ...known, owner: new URLSearchParams(body).get('username') ?? known.owner };
      const expires = new Date(Date.now() + 3_600_000).toUTCString();
      response.setHeader('set-cookie', `session_id=recorder; expires=${expires}; Path=/`).end();
      return;
    }
    const call = readRecordedCall(service, request.method ?? 'GET', url, known);
    calls.push(call);
    options.onCall?.(call);
    response.setHeader('content-type', 'application/json').end(exactJsonText(answerRecordedCall(call, known)));
  };
  const close = async (): Promise<void> => {
    await Promise.all(
      servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.closeAllConnections();
            server.close(() => {
              resolve();
            });
          }),
      ),
    );
  };
  const urls: Partial<Record<ListeningService, string>> = {};
  for (const service of LISTENING_SERVICES) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      handle(service, request, response).catch(() => response.destroy());
    };
    const limits = { maxHeaderSize: 4 * 1024 * 1024 };
    const server =
      options.tls === null
        ? createHttpServer(limits, listener)
        : createHttpsServer({ ...options.tls, ...limits }, listener);
    servers.push(server);
    try {
      await listen(server, options.ports[service], host);
    } catch (error) {
      await close();
      throw error;
    }
    const { family, port } = server.address() as AddressInfo;
    urls[service] = `${options.tls === null ? 'http' : 'https'}://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
  }
  return {
    urls: urls as Record<ListeningService, string>,
    calls,
    proposedRoutes: () => proposeRoutes(calls),
    toYaml: () => writeYaml(calls),
    close,
  };
}

function proposeRoutes(calls: readonly RecordedCall[]): Partial<Record<RouteName, string>> {
  const table = createRouteTable();
  const proposed: Partial<Record<RouteName, string>> = {};
  for (const { route, template } of calls) {
    if (route !== null && template !== null && template !== routeOf(table, route).path.source)
      proposed[route] = template;
  }
  return proposed;
}

function writeYaml(calls: readonly RecordedCall[]): string {
  const proposed = proposeRoutes(calls);
  const seen = new Set(calls.flatMap(({ route, template }) => (template === null ? [] : (route ?? []))));
  const same = [...seen].filter((name) => !(name in proposed));
  const open = ROUTE_NAMES.filter((name) => !isConfirmed(ROUTES[name]) && !seen.has(name));
  const strange = calls.filter(({ template }) => template === null);
  const lines = [
    ...(same.length > 0 ? [`# As expected: ${same.join(', ')}`] : []),
    ...(open.length > 0 ? [`# Not seen yet: ${open.join(', ')}`] : []),
    ...strange.map(
      ({ service, method, path, query }) => `# Not understood: ${service} ${method} ${path} ${JSON.stringify(query)}`,
    ),
  ];
  const routes =
    Object.keys(proposed).length > 0 ? stringify({ dm: { rest: { routes: proposed } } }, { lineWidth: 0 }) : '';
  return `${lines.join('\n')}\n${routes}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    if (body.length < 10_000) body += String(chunk);
  }
  return body;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = 'code' in error ? String(error.code) : error.message;
      reject(
        new DmError(
          'DM_CONFIGURATION',
          `The recorder can't listen on ${host} port ${port} (${reason}): give --any-port, or another --host.`,
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}
