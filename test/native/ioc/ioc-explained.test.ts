import { join } from 'node:path';
import { PvaClient } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../patience.js';
import { startTestIoc } from './test-ioc.js';

const REASON = `Experiment nowhere does not exist. ${'Put the name of one that DM has. '.repeat(30)}µ`;

void t.test('a put over PVAccess that fails', async (t) => {
  const { ioc, clients, environment } = await startTestIoc(t);
  const client = new PvaClient({ environment, timeoutMs: PATIENCE_MS });
  t.teardown(() => {
    client.close();
  });

  await t.test('tells p4p the whole reason, of which the alarm keeps the beginning', async (t) => {
    for (const name of ['ao', 'lso', 'busy']) {
      const answer = clients.call('pvaPutWait', name, name === 'lso' ? 'x' : 1);
      await ioc.event({ event: 'write', name });
      await ioc.call('settle', name, { message: REASON });
      t.match(await answer, { status: 0, message: REASON }, name);
      t.equal(await ioc.call('getField', `${name}.AMSG`), REASON.slice(0, 39));
    }
  });

  await t.test('tells our own client the whole reason', async (t) => {
    const answer = client.put('t:stringout', 'x', { block: true });
    const failed = t.rejects(answer, { code: 'PVA_REMOTE', message: new RegExp(REASON.replace(/[.]/g, '\\.')) });
    await ioc.event({ event: 'write', name: 'stringout' });
    await ioc.call('settle', 'stringout', { message: REASON });
    await failed;
  });

  await t.test('gives its own reason, whatever the record has come to since', async (t) => {
    const first = clients.call('pvaPutWait', 'int64out', 1);
    await ioc.event({ event: 'write', name: 'int64out' });
    const second = clients.call('pvaPutWait', 'int64out', 2);
    await clients.call('pvaGet', 'int64out');
    await ioc.call('settle', 'int64out', { message: 'reason of the first' });
    await ioc.event({ event: 'write', name: 'int64out' });
    await ioc.call('settle', 'int64out', { message: 'reason of the second' });
    t.match(await first, { status: 0, message: 'reason of the first' });
    t.match(await second, { status: 0, message: 'reason of the second' });
  });

  await t.test('has the reason also when what failed is behind a link', async (t) => {
    const answer = clients.call('pvaPutWait', 'starter', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    await ioc.call('settle', 'busy', { message: REASON });
    t.match(await answer, { status: 0, message: REASON });
  });

  await t.test('leaves no reason behind for the next put', async (t) => {
    t.match(await clients.call('pvaPutWait', 'busy', 1, 0.3).catch(() => 'timeout'), 'timeout');
    await ioc.event({ event: 'write', name: 'busy' });
    await ioc.call('settle', 'busy', { message: 'nobody waits for this' });
    const good = clients.call('pvaPutWait', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    await ioc.call('settle', 'busy');
    t.match(await good, { status: 1 });
    const bad = clients.call('pvaPutWait', 'busy', 1);
    await ioc.event({ event: 'write', name: 'busy' });
    await ioc.call('settle', 'busy', { message: 'this one' });
    t.match(await bad, { status: 0, message: 'this one' });
  });
});

void t.test('a put over PVAccess without processing', async (t) => {
  const { ioc, clients } = await startTestIoc(t);

  await t.test('to a setpoint or a command is refused, as it would be shown and not carried out', async (t) => {
    const before = await ioc.call('counters');
    const puts: readonly (readonly [name: string, value: unknown])[] = [
      ['ao', 7],
      ['ao.VAL', 7],
      ['stringout', 'x'],
      ['lso.VAL$', [120, 0]],
      ['busy', 1],
    ];
    for (const [name, value] of puts) {
      const shown = await ioc.call('getField', name);
      await t.rejects(clients.call('pvaPutUnprocessed', name, value), {
        message: `RemoteError: t:${name} is carried out by being processed: put it without process=false`,
      });
      t.equal(await ioc.call('getField', name), shown);
    }
    t.same(await ioc.call('counters'), before);
  });

  await t.test('to any other field or record is what it always was', async (t) => {
    await clients.call('pvaPutUnprocessed', 'ao.DESC', 'a speed');
    t.equal(await ioc.call('getField', 'ao.DESC'), 'a speed');
    await clients.call('pvaPutUnprocessed', 'count', 5);
    t.equal(await ioc.call('getField', 'count'), '5');
  });
});

void t.test('groups of QSRV are served beside', async (t) => {
  const group = `record(ai, "t:member") { field(VAL, "3") info(Q:group, { "t:group": { "member": { +channel: "VAL" } } }) }`;
  const { environment } = await startTestIoc(t, { databases: [join(t.testdir({ 'group.db': group }), 'group.db')] });
  const client = new PvaClient({ environment, timeoutMs: PATIENCE_MS });
  t.teardown(() => {
    client.close();
  });
  t.match((await client.get('t:group', { timeoutMs: 300_000 })).fields, { member: { value: 3 } });
});
