import { ntEnum, ntScalar, ntTable, PvaClient, PvaServer } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../patience.js';

const server = PvaServer.isolated();
const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
t.teardown(() => {
  client.close();
  server.close();
});

await t.test('a put of an index that is none of the choices is refused, and of other choices', async (t) => {
  let puts = 0;
  const pv = server.add('t:enum', ntEnum(['Idle', 'Run']), {
    onPut: (put) => {
      puts++;
      return put.value;
    },
  });
  for (const index of [2, -1]) {
    await t.rejects(client.put('t:enum', index), {
      code: 'PVA_REMOTE',
      remoteCode: 'PVA_TYPE',
      message: `PVA_TYPE: ${index} is none of the choices Idle, Run`,
    });
  }
  await t.rejects(client.put('t:enum', { 'value.choices': ['Fly'] }), { code: 'PVA_REMOTE', remoteCode: 'PVA_TYPE' });
  t.equal(puts, 0, 'the handler is not asked');
  t.match(pv.getFields(), { value: { index: 0, choices: ['Idle', 'Run'] } });
  pv.postFields({ 'value.choices': ['Idle', 'Run', 'Fly'] });
  await client.put('t:enum', 'Fly');
  t.match(pv.getFields(), { value: { index: 2 } }, 'choices posted later count');
});

await t.test('a put that makes the columns of a table unequal is refused', async (t) => {
  const pv = server.add('t:table', ntTable({ a: { type: 'int32' }, b: { type: 'string' } }), {
    initial: { a: [1], b: ['x'] },
    onPut: (put) => put.value,
  });
  await t.rejects(client.put('t:table', { 'value.a': [1, 2] }), {
    code: 'PVA_REMOTE',
    message: 'PVA_TYPE: the columns of a table must be of one length: a 2, b 1',
  });
  await client.put('t:table', { 'value.a': [1, 2], 'value.b': ['x', 'y'] });
  t.same(pv.get(), { a: Int32Array.of(1, 2), b: ['x', 'y'] });
});

await t.test('whatever a handler throws, the client gets an error', async (t) => {
  const thrown: readonly unknown[] = [Object.create(null), Symbol('no'), undefined, { toString: null }, new Error()];
  server.add('t:n', ntScalar('int32'), {
    onPut: (put) => {
      throw thrown[put.value];
    },
  });
  for (const index of thrown.keys()) {
    await t.rejects(client.put('t:n', index, { timeoutMs: 3000 }), { code: 'PVA_REMOTE', remoteCode: 'PVA_HANDLER' });
  }
});

await t.test('nothing is sent when nothing is put', async (t) => {
  await t.rejects(client.put('t:n', undefined), { code: 'PVA_TYPE', pvName: 't:n' });
});
