import { tryTcp } from '../config/claim-ports.js';
import type { Config } from '../config/config.js';
import { StartupError } from '../errors.js';

/** Whether the ports of the served engine are free. @throws StartupError PORT_IN_USE, INTERFACE_UNAVAILABLE naming the key */
export async function checkServePorts({ host, port }: Config['dm']['local']['serve']): Promise<void> {
  const key = 'dm.local.serve.port';
  const ports = typeof port === 'number' ? { [key]: port } : prefixed(key, port);
  for (const [name, number] of Object.entries(ports)) {
    await tryTcp(host, number).catch((error: unknown) => {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' || code === 'EACCES') {
        const problem = code === 'EACCES' ? 'not allowed' : 'in use';
        throw new StartupError(
          'PORT_IN_USE',
          `${name}: port ${number} on ${host} is ${problem}: set it to another one, or to 0 for any free one`,
          { cause: error },
        );
      }
      throw new StartupError(
        'INTERFACE_UNAVAILABLE',
        `dm.local.serve.host: this host can't listen on ${host} (${code})`,
        {
          cause: error,
        },
      );
    });
  }
}

function prefixed(key: string, ports: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(ports).map(([service, port]) => [`${key}.${service}`, port]));
}
