import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { freePort } from '../loopback-environment.js';
import { Network } from './network.js';
import { PVA_SEARCH } from './pva-search.js';
import type { ServerProcess } from './server-process.js';
import { StreamSlot } from './stream-slot.js';

const SCRIPT = resolve('test/system/stream_objects.py');
/** A job that is there and says nothing: the test speaks in its place. */
const SILENT = 'exec sleep 3600';

function told(directory: string): readonly string[] {
  const path = join(directory, 'told');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

/** Starts a stream whose workflow takes commands at an object. */
async function begin(stream: StreamSlot, commandPv: string): Promise<void> {
  await stream.put('Workflow', 'silent');
  const before = await stream.value('StreamId');
  const started = stream.put('Start', 1);
  const streamId = await stream.until('StreamId', (id) => id !== before && id !== '');
  await stream.client.put('dm:Stream1:Report', { streamId, state: 'Ready', commandPv });
  await started;
}

await t.test('commands are put to an object that the workflow serves', async (t) => {
  const searchPort = await freePort();
  const network = await Network.start(t, PVA_SEARCH, searchPort);
  const stream = await StreamSlot.inNewIoc(t, () => ({ silent: SILENT }), {
    searchPort,
    environment: network.clientEnvironment,
  });
  const { directory } = stream.ioc;
  let sequence = 0;
  const serve = (library: string): ServerProcess =>
    stream.ioc.serve('python', SCRIPT, library, 'command', 'wf:command', directory);
  const line = (command: string, args = '{}'): string => `${(sequence += 1)} ${command} ${args}`;
  const expected: string[] = [];
  let server = serve('p4p');

  await t.test('in their order, each done when its put is done', async (t) => {
    await begin(stream, 'wf:command');
    t.equal(await stream.value('CommandPv'), 'wf:command');
    await Promise.all(['one', 'two', 'three'].map((name) => stream.command(name, { name })));
    for (const name of ['one', 'two', 'three']) expected.push(line(name, JSON.stringify({ name })));
    t.same(told(directory), expected);
    t.equal(await stream.value('NPending'), 0);
  });

  await t.test('a refusal fails the put with its reason', async (t) => {
    await t.rejects(stream.command('bad'), { message: 'COMMAND_REFUSED: the sample is warm' });
    await stream.put('SendCommand', 'bad');
    await t.rejects(stream.put('Send', 1), { message: /the sample is warm/u });
    expected.push(line('bad'), line('bad'));
    t.same(told(directory), expected);
  });

  await t.test('one that is given up does not hold up those after it', async (t) => {
    const slow = { command: 'slow', timeout: 1 };
    await t.rejects(stream.client.put('dm:Stream1:Command', slow, { timeoutMs: 60_000 }), {
      message: /slow not acknowledged within 1\.\d s, withdrawn/u,
    });
    await stream.command('next');
    expected.push(line('slow'), line('next'));
    t.same(told(directory), expected);
  });

  await t.test('a link that breaks in the middle of a command loses none and does none twice', async (t) => {
    const slow = stream.command('slow');
    const after = stream.command('after');
    expected.push(line('slow'));
    while (told(directory).length < expected.length) await delay(50);
    network.cut();
    await stream.until(
      'State',
      (_state, severity, message) => severity === 'MINOR' && message === 'wf:command is not connected',
    );
    writeFileSync(join(directory, 'go'), '');
    network.restore();
    await Promise.all([slow, after]);
    expected.push(`${sequence} again`, line('after'));
    t.same(told(directory), expected);
    await stream.until('State', (_state, severity) => severity === 'NONE');
  });

  await t.test('a command waits for a server that is started again', async (t) => {
    await server.end();
    const waiting = stream.command('wait');
    await stream.until('StateText', (text) => text === 'Ready: wf:command is not connected');
    server = serve('p4p');
    await waiting;
    expected.push(line('wait'));
    t.same(told(directory), expected);
  });

  await t.test('after kill -9 of the IOC they are put to the same object', async (t) => {
    await stream.ioc.restart();
    await stream.command('anew');
    expected.push(line('anew'));
    t.same(told(directory), expected);
  });

  await t.test('an object by pvapy is as good', async (t) => {
    await server.end();
    server = serve('pvapy');
    await stream.command('same', { a: 1 });
    await stream.command('other');
    expected.push(line('same', '{"a":1}'), line('other'));
    t.same(told(directory), expected);
    await stream.put('Abort', 1);
  });
});

await t.test('an object that is none for commands', async (t) => {
  const searchPort = await freePort();
  const environment = { EPICS_PVAS_BROADCAST_PORT: String(searchPort) };
  const stream = await StreamSlot.inNewIoc(t, () => ({ silent: SILENT }), { searchPort, environment });

  await t.test('refuses them', async (t) => {
    await begin(stream, 'dm:Stream1:StreamId');
    await t.rejects(stream.command('one'), { message: 'COMMAND_REFUSED: dm:Stream1:StreamId has no field command' });
    await stream.put('Abort', 1);
  });

  await t.test("is not needed when it is the slot's own", async (t) => {
    await stream.put('ReportPv', 'dm:Stream1:Report');
    await begin(stream, 'dm:Stream1:Command');
    const sent = stream.command('one');
    await stream.until('NPending', (count) => count === 1);
    const streamId = await stream.value('StreamId');
    await stream.client.put('dm:Stream1:Ack', { streamId, sequence: 1 });
    const { fields } = await stream.client.get('dm:Stream1:Command');
    t.match(fields, { sequence: 1n, command: 'one' }, 'it was not put to itself');
    t.same(fields['pending'], [], 'who has acknowledged does not find it again');
    await sent;
    t.equal(await stream.value('NPending'), 0);
    await stream.put('Abort', 1);
  });
});
