// An IOC with PVs of our own on its PVAccess server. It ends when stdin says so.
import { once } from 'node:events';
import type { PvaError } from 'epics-pva-ts';
import { ntScalar, ntTable, PvaServer } from 'epics-pva-ts';
import { Ioc } from 'node-epics-ca';
import { setTimeout as delay } from 'node:timers/promises';
import { DM_DEFINITIONS } from '../../dm-definitions.js';

try {
  PvaServer.onIoc();
} catch (error) {
  process.stdout.write(`before ${(error as PvaError).code}\n`);
}
const ioc = new Ioc(DM_DEFINITIONS);
ioc.loadRecords('test/native/pva/ioc.db');
const server = PvaServer.onIoc();
server.add('ioc:table', ntTable({ id: { type: 'string' }, n: { type: 'int32' } }), { initial: { id: ['a'], n: [1] } });
server.addRpc('ioc:rpc', {}, (call) => call.arguments);
server.add('ioc:command', ntScalar('int32'), {
  onPut: () => {
    process.stdout.write('put\n');
    return new Promise<undefined>(() => undefined);
  },
});
await ioc.start(async (write) => {
  if (write.value === 7) throw new Error('refused');
  await delay(200);
});
process.stdout.write('running\n');
await once(process.stdin, 'data');
process.stdin.pause();
server.close();
await ioc.close();
