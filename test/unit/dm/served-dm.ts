import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataManagement, DmLogger, RouteName } from 'dm';
import { RestDataManagement, type RestOptionsInput } from 'dm/rest';
import { createDmServer, type DmServer, type DmServerOptions, type ServedCall } from 'dm/server';
import { freePort } from '../../loopback-environment.js';
import { createTestCertificate, type TestCertificate } from './test-certificate.js';

export const PASSWORD = 'p|a s&s=wörd';

export interface ServedDm {
  readonly server: DmServer;
  readonly client: RestDataManagement;
  readonly options: RestOptionsInput;
  readonly calls: ServedCall[];
  readonly certificate: TestCertificate;
  /** Lines that the client has logged. */
  readonly log: string[];
  /** How often a route (null: the login) has been answered. */
  readonly count: (route: RouteName | null) => number;
  /** Close the server, or open it again on its ports. */
  readonly stopServer: () => Promise<void>;
  readonly startServer: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ServeSettings {
  readonly server?: Partial<DmServerOptions>;
  readonly client?: Partial<RestOptionsInput>;
  readonly owner?: string;
}

let shared: Promise<TestCertificate> | undefined;

/** Serves a `DataManagement` over HTTPS on free loopback ports, with a client that polls fast. */
export async function serveDm(dm: DataManagement, settings: ServeSettings = {}): Promise<ServedDm> {
  const certificate = await (shared ??= createTestCertificate());
  const directory = await mkdtemp(join(tmpdir(), 'dm-served-'));
  const loginFile = join(directory, 'login');
  const ca = join(directory, 'ca.pem');
  await writeFile(loginFile, `${dm.owner}|${PASSWORD}\nanother line\n`);
  await writeFile(ca, certificate.cert);
  const calls: ServedCall[] = [];
  const log: string[] = [];
  const write = (fields: object, message: string): void => {
    log.push(`${message} ${JSON.stringify(fields)}`);
  };
  const logger: DmLogger = { debug: write, info: write, warn: write, error: write };
  const open = (ports: DmServerOptions['ports']): Promise<DmServer> =>
    createDmServer(dm, {
      ports,
      tls: certificate,
      users: [{ username: dm.owner, password: PASSWORD }],
      onCall: (call) => calls.push(call),
      ...settings.server,
    });
  const ports = {
    DS: await freePort(),
    DAQ: await freePort(),
    CAT: await freePort(),
    PROC: await freePort(),
    APS_DB: await freePort(),
  };
  let server = await open(ports);
  const { urls } = server;
  const options: RestOptionsInput = {
    ds: urls.DS,
    daq: urls.DAQ,
    cat: urls.CAT,
    proc: urls.PROC,
    station: dm.station,
    loginFile,
    tls: { ca },
    retry: { firstDelayMs: 10, loginMs: 500 },
    poll: { pollMs: 20, listMs: 60, idleListMs: 100, maxBackoffMs: 100, syncSettleMs: 100 },
    ...settings.client,
  };
  const client = new RestDataManagement(options, logger);
  return {
    get server() {
      return server;
    },
    client,
    options,
    calls,
    certificate,
    log,
    count: (route) => calls.filter((call) => call.route === route).length,
    stopServer: () => server.close(),
    startServer: async () => {
      server = await open(ports);
    },
    close: async () => {
      await client.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
