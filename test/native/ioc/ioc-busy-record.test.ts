// The record type beside the original of synApps, with no device support of ours but in one record.
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startTestIoc, type TestIoc } from './test-ioc.js';

const RECORDS = `
record(busy, "t:dm") { field(DTYP, "dm") field(OUT, "@dm") }
record(bo, "t:npp") { field(OUT, "t:dm") }
record(busy, "t:soft") { field(FLNK, "t:count") }
record(calc, "t:count") { field(CALC, "VAL+1") }
record(busy, "t:high") { field(HIGH, "2") field(FLNK, "t:highcount") }
record(calc, "t:highcount") { field(CALC, "VAL+1") }
record(busy, "t:invalid") { field(OSV, "INVALID") field(IVOA, "Set output to IVOV") field(IVOV, "0") }
record(busy, "t:held") { field(ZSV, "INVALID") field(IVOA, "Set output to IVOV") field(IVOV, "1") field(FLNK, "t:heldcount") }
record(calc, "t:heldcount") { field(CALC, "VAL+1") }
record(busy, "t:initial") { field(VAL, "1") field(COSV, "MINOR") }
record(busy, "t:one") { field(ZNAM, "Ready") field(ONAM, "") }
record(busy, "t:raw") { field(DTYP, "Raw Soft Channel") field(MASK, "4") field(OUT, "t:target") }
record(longout, "t:target") { }
`;

async function start(t: Test): Promise<TestIoc> {
  return startTestIoc(t, { databases: [join(t.testdir({ 'busy.db': RECORDS }), 'busy.db')] });
}

void t.test('busy as text in a Channel Access monitor is the label of each value', async (t) => {
  const { ioc, clients } = await start(t);
  await clients.call('caMonitorText', 'soft');
  await clients.event({ event: 'update', name: 'soft', value: 'Done' });
  await clients.call('caPut', 'soft', 1);
  await clients.event({ event: 'update', name: 'soft', value: 'Busy' });
  await clients.call('caPut', 'soft', 0);
  await clients.event({ event: 'update', name: 'soft', value: 'Done' });
  await clients.call('caPut', 'soft', 2);
  await clients.event({ event: 'update', name: 'soft', value: 'Illegal_Value' });
  const waiting = clients.call('caPutWait', 'dm', 1);
  await ioc.event({ event: 'write', name: 'dm' });
  await clients.call('caMonitorText', 'dm');
  await clients.event({ event: 'update', name: 'dm', value: 'Busy' });
  await ioc.call('settle', 'dm');
  await waiting;
  await clients.event({ event: 'update', name: 'dm', value: 'Done' });
  t.same(clients.pending('update'), [], 'and there is no update beside these');
});

void t.test('busy as synApps has it', async (t) => {
  const { ioc, clients } = await start(t);
  const field = async (name: string): Promise<unknown> => ioc.call('getField', name);

  await t.test('keeps a value above 1, which is busy as well', async (t) => {
    const before = await field('count');
    for (const value of [2, 5, 65535]) {
      await clients.call('caPut', 'soft', value);
      t.equal(await clients.call('caGet', 'soft'), value);
      t.equal(await field('soft.OVAL'), String(value));
      t.equal(await field('soft.RVAL'), String(value));
    }
    t.equal(await field('count'), before, 'and holds the forward link');
    await clients.call('caPut', 'soft', 0);
    t.equal(await field('count'), String(Number(before) + 1));
  });

  await t.test('begins the time of HIGH anew with each put of 1', async (t) => {
    await clients.call('caMonitor', 'high');
    await clients.event({ event: 'update', name: 'high', value: 0 });
    await clients.call('caPut', 'high', 1);
    await clients.event({ event: 'update', name: 'high', value: 1 });
    const started = performance.now();
    let last = started;
    while (last - started < 2500) {
      await clients.call('caPut', 'high', 1);
      last = performance.now();
    }
    t.same(clients.pending('update'), [], 'it stays busy for as long as somebody puts 1');
    await clients.event({ event: 'update', name: 'high', value: 0 });
    t.ok(performance.now() - last > 1900, 'and HIGH seconds more');
    t.equal(await field('highcount'), '1', 'the forward link ran once');
  });

  await t.test('has what was put in OVAL, whatever IVOA makes of it', async (t) => {
    await clients.call('caPut', 'invalid', 1);
    t.equal(await clients.call('caGet', 'invalid'), 0);
    t.equal(await field('invalid.OVAL'), '1');
    t.equal(await field('invalid.RVAL'), '0');
    await clients.call('caPut', 'held', 0);
    t.equal(await clients.call('caGet', 'held'), 1);
    t.equal(await field('held.OVAL'), '0');
    t.equal(await field('heldcount'), '1', 'a put of 0 runs the forward link');
  });

  await t.test('was never processed when its database makes it 1', async (t) => {
    for (const name of ['MLST', 'LALM', 'OVAL', 'ORAW']) t.equal(await field(`initial.${name}`), '0', name);
    t.equal(await field('initial.RVAL'), '1');
    await ioc.call('putField', 'initial.PROC', '1');
    for (const name of ['MLST', 'LALM', 'OVAL', 'ORAW']) t.equal(await field(`initial.${name}`), '1', name);
    t.equal(await field('initial.STAT'), 'COS', 'so that its first processing is a change of state');
  });

  await t.test('has one state when only the first has a name', async (t) => {
    t.match(await clients.call('pvaGet', 'one'), { value: { index: 0, choices: ['Ready'] } });
  });

  await t.test('writes RVAL with the DTYP Raw Soft Channel', async (t) => {
    await clients.call('caPut', 'raw', 1);
    t.equal(await clients.call('caGet', 'target'), 4);
    await clients.call('caPut', 'raw', 0);
    t.equal(await clients.call('caGet', 'target'), 0);
  });
});

void t.test('a value above 1 starts an operation of ours like 1', async (t) => {
  const { ioc, clients } = await start(t);
  const answer = clients.call('caPutWait', 'dm', 5);
  await ioc.event({ event: 'write', name: 'dm', value: 1 });
  t.equal(await clients.call('caGet', 'dm'), 1);
  await ioc.call('settle', 'dm');
  t.match(await answer, { status: 1 });
});

void t.test('an operation of ours that a put has not started is not shown as busy', async (t) => {
  const { ioc, clients } = await start(t);
  const shows = async (state: string): Promise<void> => {
    while ((await ioc.call('getField', 'dm')) !== state);
  };
  await clients.call('caPut', 'npp', 1);
  await shows('Done');
  await ioc.call('putField', 'dm.DISA', '1');
  await clients.call('caPut', 'dm', 1);
  await shows('Done');
  await ioc.call('putField', 'dm.DISA', '0');
  t.equal(ioc.pending('write').length, 0);
  const answer = clients.call('pvaPutWait', 'dm', 1);
  await ioc.event({ event: 'write', name: 'dm' });
  await clients.call('caPut', 'npp', 0);
  await shows('Busy');
  t.equal(ioc.pending('cancel').length, 0);
  await ioc.call('settle', 'dm');
  t.match(await answer, { status: 1 });
  await ioc.call('post', { name: 'dm', value: 1 });
  await clients.call('caPut', 'npp', 0);
  await shows('Busy');
});
