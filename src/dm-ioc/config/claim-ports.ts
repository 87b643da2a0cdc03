import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { StartupError } from '../errors.js';
import { PORT_VARIABLES, portVariable, type Endpoints } from './epics-environment.js';

const ATTEMPTS = 20;

type Transport = 'TCP' | 'UDP' | 'shared UDP';

/** What listens on a port. */
interface Use {
  readonly port: keyof typeof PORT_VARIABLES;
  readonly protocol: 'CA' | 'PVA';
  /** In the configuration. */
  readonly key: string;
  readonly transports: readonly Transport[];
}

const USES: readonly Use[] = [
  { port: 'caPort', protocol: 'CA', key: 'ca.port', transports: ['TCP', 'UDP'] },
  { port: 'pvaPort', protocol: 'PVA', key: 'pva.port', transports: ['TCP'] },
  { port: 'pvaBroadcastPort', protocol: 'PVA', key: 'pva.broadcastPort', transports: ['shared UDP'] },
];

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

/** @param isShared the port is one that several EPICS programs share by design */
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

/** @param setting what to change */
function explained(error: unknown, what: string, host: string, setting: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRNOTAVAIL') {
    return new StartupError('INTERFACE_UNAVAILABLE', `interface ${host} is not one of this host: see interfaces`, {
      cause: error,
    });
  }
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const fault = code === 'EACCES' ? 'not allowed' : 'in use';
  const remedy = `set ${setting} to another one, or to 0 for any free one`;
  return new StartupError('PORT_IN_USE', `${what} is ${fault}: ${remedy}`, { cause: error });
}

/** The port if it is free on all interfaces; for 0 any that is. @param setting the variable that decided it, or what could */
async function claim(use: Use, port: number, interfaces: readonly string[], setting: string): Promise<number> {
  // One that the system chose is to be nobody else's: whoever shares it answers the same searches.
  const isShared = (transport: Transport): boolean => transport === 'shared UDP' && port !== 0;
  const bind = (transport: Transport, host: string, at: number): Promise<number> =>
    (transport === 'TCP' ? tryTcp(host, at) : tryUdp(host, at, isShared(transport))).catch((error: unknown) => {
      throw explained(error, `${use.protocol} port ${at} (${transport.slice(-3)}, ${host})`, host, setting);
    });
  for (let attempt = 1; ; attempt += 1) {
    const candidate = port === 0 ? await bind('TCP', interfaces[0] ?? '127.0.0.1', 0) : port;
    try {
      for (const transport of use.transports) {
        for (const host of interfaces) await bind(transport, host, candidate);
      }
      return candidate;
    } catch (error) {
      const isTaken = error instanceof StartupError && error.code === 'PORT_IN_USE';
      if (port !== 0 || attempt >= ATTEMPTS || !isTaken) throw error;
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
  const claimed: { -readonly [K in keyof Endpoints]: Endpoints[K] } = { ...requested };
  for (const use of USES) {
    const setting = portVariable(environment, use.port) ?? `${use.key} or ${PORT_VARIABLES[use.port][0]}`;
    claimed[use.port] = await claim(use, requested[use.port], requested.interfaces, setting);
  }
  return claimed;
}
