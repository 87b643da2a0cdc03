import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { StartupError } from '../errors.js';
import { PORT_VARIABLES, portVariable, type Endpoints } from './epics-environment.js';

const ATTEMPTS = 20;

interface Use {
  readonly protocol: 'CA' | 'PVA';
  /** What to change: the variable that decided the port, or the key of the configuration and the variable that would win over it. */
  readonly setting: string;
}

function settingOf(port: keyof typeof PORT_VARIABLES, key: string, environment: NodeJS.ProcessEnv): string {
  return portVariable(environment, port) ?? `${key} or ${PORT_VARIABLES[port][0]}`;
}

/** Binds and lets go. Resolves with the port; rejects with the system's error. */
export function tryTcp(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => {
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
      });
    });
  });
}

/** `isShared`: the port is one that several EPICS programs share by design. */
function tryUdp(host: string, port: number, isShared: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: isShared });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => {
        resolve(bound);
      });
    });
  });
}

function asStartupError(error: unknown, use: Use, transport: string, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return new StartupError(
      'PORT_IN_USE',
      `${use.protocol} port ${port} (${transport}, ${host}) is ${code === 'EACCES' ? 'not allowed' : 'in use'}: set ${use.setting} to another one, or to 0 for any free one`,
      { cause: error },
    );
  }
  if (code === 'EADDRNOTAVAIL') {
    return new StartupError('INTERFACE_UNAVAILABLE', `interface ${host} is not one of this host: see interfaces`, {
      cause: error,
    });
  }
  return error;
}

async function checkTcp(interfaces: readonly string[], port: number, use: Use): Promise<void> {
  for (const host of interfaces) {
    await tryTcp(host, port).catch((error: unknown) => {
      throw asStartupError(error, use, 'TCP', host, port);
    });
  }
}

async function checkUdp(interfaces: readonly string[], port: number, use: Use, isShared: boolean): Promise<void> {
  for (const host of interfaces) {
    await tryUdp(host, port, isShared).catch((error: unknown) => {
      throw asStartupError(error, use, 'UDP', host, port);
    });
  }
}

/** A port that is free on all interfaces, for what `check` binds. */
async function freePort(
  interfaces: readonly string[],
  use: Use,
  check: (port: number) => Promise<void>,
): Promise<number> {
  const host = interfaces[0] ?? '127.0.0.1';
  for (let attempt = 1; ; attempt += 1) {
    const port = await tryTcp(host, 0).catch((error: unknown) => {
      throw asStartupError(error, use, 'TCP', host, 0);
    });
    try {
      await check(port);
      return port;
    } catch (error) {
      if (attempt >= ATTEMPTS || !(error instanceof StartupError) || error.code !== 'PORT_IN_USE') throw error;
    }
  }
}

/**
 * The ports that the servers will listen on, 0 replaced by a free one. EPICS itself would take another port silently, or stop the
 * process; so each is bound and let go here first.
 * @param environment whose variables have decided the ports, for the error's remedy
 * @throws StartupError PORT_IN_USE, INTERFACE_UNAVAILABLE naming the port and the key to change
 */
export async function claimPorts(requested: Endpoints, environment: NodeJS.ProcessEnv = {}): Promise<Endpoints> {
  const { interfaces } = requested;
  const ca: Use = { protocol: 'CA', setting: settingOf('caPort', 'ca.port', environment) };
  const pva: Use = { protocol: 'PVA', setting: settingOf('pvaPort', 'pva.port', environment) };
  const search: Use = {
    protocol: 'PVA',
    setting: settingOf('pvaBroadcastPort', 'pva.broadcastPort', environment),
  };
  const checkCa = async (port: number): Promise<void> => {
    await checkTcp(interfaces, port, ca);
    await checkUdp(interfaces, port, ca, false);
  };
  const checkPva = (port: number): Promise<void> => checkTcp(interfaces, port, pva);
  const checkSearch = (port: number): Promise<void> => checkUdp(interfaces, port, search, true);
  const choose = async (port: number, use: Use, check: (candidate: number) => Promise<void>): Promise<number> => {
    if (port === 0) return freePort(interfaces, use, check);
    await check(port);
    return port;
  };
  return {
    interfaces,
    caPort: await choose(requested.caPort, ca, checkCa),
    pvaPort: await choose(requested.pvaPort, pva, checkPva),
    pvaBroadcastPort: await choose(requested.pvaBroadcastPort, search, checkSearch),
  };
}
