import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ntScalar, PvaClient, PvaServer } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../patience.js';

await t.test('PVs come and go while the server runs', async (t) => {
  using server = PvaServer.isolated();
  using client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  const pv = server.add('t:a', ntScalar('int32'), { initial: 1 });
  server.addRpc('t:rpc', {}, () => undefined);
  t.same(server.names, ['t:a', 't:rpc']);
  t.throws(() => server.add('t:a', ntScalar('int32')), { code: 'PVA_STATE', pvName: 't:a' });
  t.throws(() => server.add('', ntScalar('int32')), { code: 'PVA_STATE' });
  t.throws(() => server.add('t:bad', ntScalar('int32'), { initial: 0.5 }), { code: 'PVA_TYPE', path: 'value' });
  t.notOk(server.names.includes('t:bad'));
  t.equal((await client.get('t:a')).value, 1);
  t.ok(pv.isOpen);
  pv.close();
  pv.close();
  t.notOk(pv.isOpen);
  t.throws(() => pv.get(), { code: 'PVA_CLOSED' });
  await t.rejects(client.get('t:a', { timeoutMs: 100 }), { code: 'PVA_TIMEOUT' });
  server.add('t:a', ntScalar('string'), { initial: 'again' });
  t.equal((await client.get('t:a')).value, 'again');
});

await t.test('a server has the ports it says, and none after it is closed', async (t) => {
  const server = PvaServer.withSettings({
    EPICS_PVAS_INTF_ADDR_LIST: '127.0.0.1',
    EPICS_PVAS_AUTO_BEACON_ADDR_LIST: 'NO',
    EPICS_PVAS_SERVER_PORT: '0',
    EPICS_PVAS_BROADCAST_PORT: '0',
  });
  t.same(server.config.interfaces, ['127.0.0.1']);
  t.ok(server.config.tcpPort > 0 && server.config.udpPort > 0);
  t.equal(server.clientSettings['EPICS_PVA_BROADCAST_PORT'], String(server.config.udpPort));
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  server.add('t:a', ntScalar('int32'));
  await client.get('t:a');
  server.close();
  server.close();
  t.throws(() => server.add('t:b', ntScalar('int32')), { code: 'PVA_CLOSED' });
  await t.rejects(client.get('t:a', { timeoutMs: 100 }), { code: 'PVA_TIMEOUT' });
  client.close();
});

await t.test('there is no server of an IOC where no IOC runs', (t) => {
  t.throws(() => PvaServer.onIoc(), { code: 'PVA_CLOSED' });
  t.end();
});

await t.test('an isolated server searches on a port that no other server answers on', async (t) => {
  const sockets = Array.from({ length: 500 }, () => createSocket({ type: 'udp4', reuseAddr: true }));
  t.teardown(() => {
    for (const socket of sockets) socket.close();
  });
  for (const socket of sockets) {
    socket.bind({ address: '127.0.0.1', port: 0, exclusive: true });
    await once(socket, 'listening');
  }
  const taken = new Set(sockets.map((socket) => socket.address().port));
  const shared: number[] = [];
  for (let n = 0; n < 500; n += 1) {
    using server = PvaServer.isolated();
    if (taken.has(server.config.udpPort)) shared.push(server.config.udpPort);
  }
  t.same(shared, []);
});
