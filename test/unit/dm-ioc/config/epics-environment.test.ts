import { createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { claimPorts } from 'dm-ioc/internal/config/claim-ports';
import { configSchema } from 'dm-ioc/internal/config/config';
import { environmentOfJobs, epicsEnvironment, requestedEndpoints } from 'dm-ioc/internal/config/epics-environment';

const config = configSchema.parse({});

await t.test('the EPICS variables win over the configuration', (t) => {
  const endpoints = requestedEndpoints(config, {
    EPICS_CAS_SERVER_PORT: '6064',
    EPICS_PVAS_INTF_ADDR_LIST: '',
    EPICS_PVA_BROADCAST_PORT: '6076',
  });
  t.match(endpoints, { caPort: 6064, pvaPort: 5075, pvaBroadcastPort: 6076, interfaces: ['127.0.0.1'] });
  const settings = epicsEnvironment(endpoints, { EPICS_CAS_BEACON_ADDR_LIST: '10.0.0.255' });
  t.equal(settings['EPICS_CAS_INTF_ADDR_LIST'], '127.0.0.1');
  t.notOk('EPICS_CAS_BEACON_ADDR_LIST' in settings, 'what is set stays');
  t.throws(() => requestedEndpoints(config, { EPICS_CA_SERVER_PORT: 'many' }), { code: 'CONFIG_INVALID' });
  t.end();
});

await t.test('nothing searches beyond loopback unless the configuration opens it', (t) => {
  const closed = epicsEnvironment(requestedEndpoints(config, {}), {});
  t.match(closed, { EPICS_CAS_AUTO_BEACON_ADDR_LIST: 'NO', EPICS_PVAS_AUTO_BEACON_ADDR_LIST: 'NO' });
  const open = epicsEnvironment(requestedEndpoints(configSchema.parse({ interfaces: ['0.0.0.0'] }), {}), {});
  t.notOk('EPICS_CAS_AUTO_BEACON_ADDR_LIST' in open);
  t.end();
});

await t.test('PVAccess searches reach all addresses of this host, and none of another', (t) => {
  const endpoints = requestedEndpoints(config, {});
  const closed = epicsEnvironment(endpoints, {}, ['127.0.0.1', '192.0.2.7']);
  t.match(closed, { EPICS_PVA_ADDR_LIST: '127.0.0.1 192.0.2.7', EPICS_PVA_AUTO_ADDR_LIST: 'NO' });
  t.equal(closed['EPICS_CA_ADDR_LIST'], '127.0.0.1');
  const given = epicsEnvironment(endpoints, { EPICS_PVA_ADDR_LIST: '10.0.0.255' }, ['127.0.0.1', '192.0.2.7']);
  t.notOk('EPICS_PVA_ADDR_LIST' in given);
  const loopback = { EPICS_PVA_ADDR_LIST: '127.0.0.1 10.0.0.255' };
  const wider = epicsEnvironment(endpoints, loopback, ['127.0.0.1', '192.0.2.7'])['EPICS_PVA_ADDR_LIST'];
  t.equal(wider, '127.0.0.1 10.0.0.255 192.0.2.7', 'loopback means this host');
  const exact = epicsEnvironment(endpoints, { ...loopback, EPICS_PVA_AUTO_ADDR_LIST: 'NO' }, ['192.0.2.7']);
  t.notOk('EPICS_PVA_ADDR_LIST' in exact, 'unless it says that no more are to be searched');
  t.end();
});

await t.test('processes of jobs find the IOC beside what they find already, and serve elsewhere', (t) => {
  const given = { PATH: '/bin', EPICS_PVA_ADDR_LIST: '10.0.0.255', EPICS_PVAS_SERVER_PORT: '6075', EPICS_CAS_X: '1' };
  const endpoints = { interfaces: ['192.0.2.7', '127.0.0.1'], caPort: 6064, pvaPort: 6075, pvaBroadcastPort: 6076 };
  t.same(environmentOfJobs(endpoints, given), {
    PATH: '/bin',
    EPICS_PVA_ADDR_LIST: '10.0.0.255',
    EPICS_CA_NAME_SERVERS: '192.0.2.7:6064',
    EPICS_PVA_NAME_SERVERS: '192.0.2.7:6075',
  });
  const everywhere = { ...endpoints, interfaces: ['0.0.0.0'] };
  t.match(environmentOfJobs(everywhere, { EPICS_PVA_NAME_SERVERS: 'gateway:5075', EPICS_CA_NAME_SERVERS: '' }), {
    EPICS_CA_NAME_SERVERS: '127.0.0.1:6064',
    EPICS_PVA_NAME_SERVERS: 'gateway:5075 127.0.0.1:6075',
  });
  const searching = environmentOfJobs(endpoints, {}, ['192.0.2.7', '198.51.100.2']);
  t.equal(searching['EPICS_PVA_ADDR_LIST'], '192.0.2.7 127.0.0.1 198.51.100.2', 'where the IOC itself searches, too');
  t.notOk('EPICS_PVA_AUTO_ADDR_LIST' in searching, 'and wherever they searched without it');
  t.notOk('EPICS_PVA_ADDR_LIST' in environmentOfJobs(everywhere, {}));
  t.end();
});

await t.test('port 0 becomes a free one, and a port in use is refused with its key', async (t) => {
  const requested = { interfaces: ['127.0.0.1'], caPort: 0, pvaPort: 0, pvaBroadcastPort: 0 };
  const claimed = await claimPorts(requested);
  t.ok(claimed.caPort > 0 && claimed.pvaPort > 0 && claimed.pvaBroadcastPort > 0);
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await t.rejects(claimPorts({ ...requested, caPort: port }), { code: 'PORT_IN_USE', message: /set ca\.port/u });
  await t.rejects(claimPorts({ ...requested, caPort: port }, { EPICS_CA_SERVER_PORT: String(port) }), {
    code: 'PORT_IN_USE',
    message: /in use: set EPICS_CA_SERVER_PORT to another/u,
  });
  await t.rejects(claimPorts({ ...requested, pvaPort: port }), { code: 'PORT_IN_USE', message: /set pva\.port/u });
  await t.rejects(claimPorts({ ...requested, interfaces: ['203.0.113.9'] }), { code: 'INTERFACE_UNAVAILABLE' });
  await new Promise((done) => server.close(done));
});
