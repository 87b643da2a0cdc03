import { clientEnvironment } from 'dm-ioc/internal/cli/client-environment';
import { configSchema } from 'dm-ioc/internal/config/config';
import tap from 'tap';

const config = configSchema.parse({});

function serversWith(environment: Readonly<Record<string, string>>): string | undefined {
  return clientEnvironment('PVA', config, environment).settings['EPICS_PVA_NAME_SERVERS'];
}

void tap.test('the IOC of the configuration is asked by its own port, also where many share the search port', (t) => {
  t.equal(serversWith({}), '127.0.0.1:5075');
  t.equal(serversWith({ EPICS_PVA_ADDR_LIST: '127.0.0.1' }), '127.0.0.1:5075');
  t.equal(serversWith({ EPICS_PVA_NAME_SERVERS: 'gateway:5075' }), 'gateway:5075 127.0.0.1:5075');
  t.match(clientEnvironment('PVA', config, {}).place, /^searched at 127\.0\.0\.1, .*, and asked 127\.0\.0\.1:5075;/u);
  t.end();
});

void tap.test('who looks for an IOC elsewhere does not find the one of the configuration', (t) => {
  t.equal(serversWith({ EPICS_PVA_ADDR_LIST: '192.0.2.7' }), undefined);
  t.equal(serversWith({ EPICS_PVA_BROADCAST_PORT: '6076' }), undefined);
  t.equal(clientEnvironment('CA', config, {}).settings['EPICS_PVA_NAME_SERVERS'], undefined);
  t.end();
});
