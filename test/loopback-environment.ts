import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A free TCP and UDP port on loopback. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = createSocket('udp4');
    const isFree = await new Promise<boolean>((resolve) => {
      socket.once('error', () => {
        resolve(false);
      });
      socket.bind(port, '127.0.0.1', () => {
        resolve(true);
      });
    });
    socket.close();
    server.close();
    await once(server, 'close');
    if (isFree) return port;
  }
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
