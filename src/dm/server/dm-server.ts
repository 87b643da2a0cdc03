import type { FastifyInstance } from 'fastify';
import { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { DataManagement } from '../data-management.js';
import { DmError } from '../errors.js';
import { silentLogger } from '../logger.js';
import { createRouteTable } from '../wire/route-table.js';
import { LISTENING_SERVICES, type ListeningService } from '../wire/wire-service.js';
import { type DmServerFaults, type DmServerOptions, noFaults } from './dm-server-options.js';
import { createServiceApp } from './service-app.js';
import { SessionStore } from './session-store.js';

const DEFAULT_SESSION_TIMEOUT_MS = 60 * 60 * 1000;

/** A running server of DM's protocol. */
export interface DmServer {
  /** Base URL of each service, without `/dm`. */
  readonly urls: Readonly<Record<ListeningService, string>>;
  readonly faults: DmServerFaults;
  /** Show another certificate to new connections; plain HTTP stays as it is. */
  useCertificate(tls: NonNullable<DmServerOptions['tls']>): void;
  /** End every session, as a restart of DM does. */
  expireSessions(): void;
  close(): Promise<void>;
}

/**
 * Serve any `DataManagement` over DM's REST protocol: five services under `/dm`, cookie sessions, errors in headers and body.
 * @throws DmError DM_CONFIGURATION when a port can't be taken or there is no user
 */
export async function createDmServer(dm: DataManagement, options: DmServerOptions): Promise<DmServer> {
  if (options.users.length === 0) {
    throw new DmError('DM_CONFIGURATION', "DM's protocol is not served without a user: give it a login file.");
  }
  const faults = Object.assign(noFaults(), options.faults);
  const host = options.host ?? '127.0.0.1';
  const table = createRouteTable(options.routes);
  const apps: FastifyInstance[] = [];
  const stores: SessionStore[] = [];
  const urls: Partial<Record<ListeningService, string>> = {};
  const listen = async (services: readonly [ListeningService, ...ListeningService[]], port: number): Promise<void> => {
    const sessions = new SessionStore(options.users, options.sessionTimeoutMs ?? DEFAULT_SESSION_TIMEOUT_MS);
    const app = await createServiceApp({
      dm,
      services,
      tls: options.tls,
      table,
      sessions,
      faults,
      logger: options.logger ?? silentLogger,
      onCall: options.onCall ?? (() => undefined),
    });
    apps.push(app);
    stores.push(sessions);
    try {
      await app.listen({ host, port });
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      throw new DmError(
        'DM_CONFIGURATION',
        `The DM service can't listen on ${host} port ${port} (${reason}): set dm.local.serve.host or dm.local.serve.port to another, or the port to 0 for any free one.`,
      );
    }
    const address = app.server.address() as AddressInfo;
    const name = address.family === 'IPv6' ? `[${host}]` : host;
    for (const service of services) {
      urls[service] = `${options.tls === null ? 'http' : 'https'}://${name}:${address.port}`;
    }
  };
  const closeAll = async (): Promise<void> => {
    await Promise.all(apps.map((app) => app.close()));
  };
  try {
    const { ports } = options;
    if (typeof ports === 'number') await listen(LISTENING_SERVICES, ports);
    else for (const service of LISTENING_SERVICES) await listen([service], ports[service]);
  } catch (error) {
    await closeAll();
    throw error;
  }
  return {
    urls: urls as Record<ListeningService, string>,
    faults,
    useCertificate: (tls) => {
      for (const { server } of apps) if (server instanceof HttpsServer) server.setSecureContext(tls);
    },
    expireSessions: () => {
      for (const store of stores) store.clear();
    },
    close: closeAll,
  };
}
