import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * A free TCP and UDP port on loopback, for servers that are started again on it: none of those that the system gives to sockets that ask
 * for any (from 32768 on), so that nothing takes it while its server is away.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const [server, socket] = [createServer(), createSocket('udp4')];
    const isFree = (await binds(server.listen(port, '127.0.0.1'))) && (await binds(socket.bind(port, '127.0.0.1')));
    socket.close();
    server.close();
    if (isFree) return port;
  }
}

async function binds(socket: Server | Socket): Promise<boolean> {
  return once(socket, 'listening').then(
    () => true,
    () => false,
  );
}

/** Settings that keep an IOC and its clients on ports of their own on loopback. */
export async function loopbackEnvironment(): Promise<Record<string, string>> {
  const [ca, pva, broadcast] = [String(await freePort()), String(await freePort()), String(await freePort())];
  return {
    EPICS_CA_ADDR_LIST: '127.0.0.1',
    EPICS_CA_AUTO_ADDR_LIST: 'NO',
    EPICS_CA_SERVER_PORT: ca,
    EPICS_CAS_SERVER_PORT: ca,
    EPICS_CAS_INTF_ADDR_LIST: '127.0.0.1',
    EPICS_CAS_AUTO_BEACON_ADDR_LIST: 'NO',
    EPICS_CAS_BEACON_ADDR_LIST: '127.0.0.1',
    EPICS_PVA_ADDR_LIST: `127.0.0.1:${broadcast}`,
    EPICS_PVA_AUTO_ADDR_LIST: 'NO',
    EPICS_PVA_BROADCAST_PORT: broadcast,
    EPICS_PVA_SERVER_PORT: pva,
    EPICS_PVAS_INTF_ADDR_LIST: '127.0.0.1',
    EPICS_PVAS_SERVER_PORT: pva,
    EPICS_PVAS_BROADCAST_PORT: broadcast,
    EPICS_PVAS_AUTO_BEACON_ADDR_LIST: 'NO',
    EPICS_PVAS_BEACON_ADDR_LIST: '127.0.0.1',
  };
}
