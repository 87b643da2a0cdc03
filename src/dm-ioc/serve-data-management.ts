import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { DmError, errorText, readLoginFile, type DataManagement } from 'dm';
import type { DmServer, DmServerOptions } from 'dm/server';
import type { Logger } from 'pino';
import type { Config } from './config/config.js';

/** How the engine is served. */
export type ServeOptions = Pick<DmServerOptions, 'host' | 'ports' | 'tls' | 'users'>;

/**
 * How the local engine is to be served over DM's protocol; null when it isn't.
 * @throws DmError DM_CONFIGURATION that names the key
 */
export async function serveOptions({ dm }: Config): Promise<ServeOptions | null> {
  const { enabled, host, port, loginFile, certificate, key } = dm.local.serve;
  if (!enabled) return null;
  if (loginFile === undefined) {
    throw new DmError(
      'DM_CONFIGURATION',
      'dm.local.serve.loginFile: name a file whose first line is username|password, or set dm.local.serve.enabled to false',
    );
  }
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = certificate === undefined ? 'certificate' : 'key';
    throw new DmError('DM_CONFIGURATION', `dm.local.serve.${missing}: certificate and key go together`);
  }
  const users = [
    await readLoginFile(loginFile).catch((error: unknown) => {
      throw new DmError('DM_CONFIGURATION', `dm.local.serve.loginFile: ${errorText(error)}`, { cause: error });
    }),
  ];
  const ports =
    typeof port === 'number'
      ? port
      : { DS: port.ds, DAQ: port.daq, CAT: port.cat, PROC: port.proc, APS_DB: port.apsDb };
  return {
    host,
    ports,
    users,
    tls: certificate === undefined || key === undefined ? null : await readCertificate(certificate, key),
  };
}

async function readCertificate(certificate: string, key: string): Promise<NonNullable<ServeOptions['tls']>> {
  const read = (name: string, file: string): Promise<string> =>
    readFile(file, 'utf8').catch((error: unknown) => {
      throw new DmError('DM_CONFIGURATION', `dm.local.serve.${name}: ${errorText(error)}`, { cause: error });
    });
  const tls = { cert: await read('certificate', certificate), key: await read('key', key) };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw new DmError(
      'DM_CONFIGURATION',
      `dm.local.serve: the certificate ${certificate} and the key ${key} can't be used: ${errorText(error)}; name PEM files that belong together`,
      { cause: error },
    );
  }
  return tls;
}

/** Why clients of the served engine would see nothing of it; undefined: they see all. */
export function foreignOwner({ users }: ServeOptions, owner: string): string | undefined {
  const [user] = users;
  if (user === undefined || user.username === owner) return undefined;
  return `dm.local.serve.loginFile: clients log in as ${user.username} and see no workflows and jobs, which are ${owner}'s: set dm.local.owner to ${user.username}`;
}

/** Serves the engine over DM's protocol. @throws DmError DM_CONFIGURATION when a port can't be taken */
export async function serveDataManagement(dm: DataManagement, options: ServeOptions, log: Logger): Promise<DmServer> {
  const foreign = foreignOwner(options, dm.owner);
  if (foreign !== undefined) log.warn(foreign);
  const { createDmServer } = await import('dm/server');
  const server = await createDmServer(dm, { ...options, logger: log });
  if (typeof options.ports === 'number') log.info({ url: server.urls.DS }, "serving DM's protocol");
  else log.info({ urls: server.urls }, "serving DM's protocol");
  return server;
}
