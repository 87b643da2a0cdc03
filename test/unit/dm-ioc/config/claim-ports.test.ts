import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { claimPorts } from 'dm-ioc/internal/config/claim-ports';

const ANY = { caPort: 0, pvaPort: 0, pvaBroadcastPort: 0, interfaces: ['127.0.0.1'] };
/** So many ports in use, and so many claims, that a port of somebody else would be met all but surely. */
const N_SOCKETS = 500;
const N_CLAIMS = 500;

/** A search port of another server, as pvxs binds it. */
async function searchSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.bind({ address: '127.0.0.1', port: 0, exclusive: true });
  await once(socket, 'listening');
  return socket;
}

await t.test('any free search port is one that no other server answers on', async (t) => {
  const sockets = await Promise.all(Array.from({ length: N_SOCKETS }, searchSocket));
  t.teardown(() => {
    for (const socket of sockets) socket.close();
  });
  const taken = new Set(sockets.map((socket) => socket.address().port));
  const shared: number[] = [];
  for (let claim = 0; claim < N_CLAIMS; claim += 1) {
    const { pvaBroadcastPort } = await claimPorts(ANY);
    if (taken.has(pvaBroadcastPort)) shared.push(pvaBroadcastPort);
  }
  t.same(shared, []);
});

await t.test('a search port that is asked for may be shared, as EPICS programs do', async (t) => {
  const socket = await searchSocket();
  t.teardown(() => socket.close());
  const { port } = socket.address();
  t.match(await claimPorts({ ...ANY, pvaBroadcastPort: port }), { pvaBroadcastPort: port });
});
