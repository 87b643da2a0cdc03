import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { freePort } from '../loopback-environment.js';
import { Network } from './network.js';
import { PVA_SEARCH } from './pva-search.js';
import { configured, consumerPid, consumersCommand, isRunning, letGo } from './stream-consumers.js';
import { StreamSlot } from './stream-slot.js';

await t.test(
  'a consumer behind a network that breaks does each command once, and is told to stop when it is back',
  async (t) => {
    const searchPort = await freePort();
    const network = await Network.start(t, PVA_SEARCH, searchPort);
    const stream = await StreamSlot.inNewIoc(
      t,
      ({ directory, serverEnvironment: environment }) => ({
        pvapy: consumersCommand({ directory, ids: [1], environment, prefix: '$streamId' }),
      }),
      { searchPort, environment: { ...network.clientEnvironment, EPICS_PVA_CONN_TMO: '3' } },
    );
    const { directory } = stream.ioc;
    await stream.put('Workflow', 'pvapy');
    await stream.put('Protocol', 'PvaPy');
    await stream.put('DataPv', 'nowhere');
    // One consumer needs no *; with the stream's id no consumer of an earlier run is taken for this one's.
    await stream.put('ControlPattern', '$streamId:1:control');
    await stream.put('StatusPattern', '$streamId:1:status');
    await stream.put('Start', 1);
    const isLost = (_state: unknown, _severity: string, message: string): boolean =>
      message.startsWith('consumer 1 is not connected');
    const isBack = (_state: unknown, _severity: string, message: string): boolean => !message.includes('consumer');

    process.kill(consumerPid(directory, 1), 'SIGSTOP');
    await stream.until('State', isLost);
    process.kill(consumerPid(directory, 1), 'SIGCONT');
    await stream.until('State', isBack);

    const slow = stream.command('configure', { name: 'slow', slow: 2 });
    while (configured(directory).length === 0) await delay(50);
    network.cut();
    await stream.until('State', isLost);
    network.restore();
    await slow;
    t.same(configured(directory), ['1 slow'], 'a command under way is not repeated');

    network.cut();
    await stream.until('State', isLost);
    const waiting = stream.command('configure', { name: 'waiting' });
    await stream.until('NPending', (count) => count === 1);
    network.restore();
    await waiting;
    t.same(configured(directory), ['1 slow', '1 waiting'], 'a command waits for its consumer');
    await stream.until('State', isBack);

    network.cut();
    await stream.until('State', isLost);
    const stopped = stream.put('Stop', 1);
    await stream.until('State', (state) => state === 'Finishing');
    t.ok(isRunning(consumerPid(directory, 1)), 'it could not be told');
    network.restore();
    await stopped;
    t.equal(await stream.value('StateText'), 'Done');
    t.notOk(isRunning(consumerPid(directory, 1)));
  },
);

await t.test('consumers that come after Stop are told to stop', async (t) => {
  const stream = await StreamSlot.inNewIoc(t, ({ directory, serverEnvironment: environment }) => ({
    pvapy: consumersCommand({ directory, ids: [1, 2], environment, isHeld: true }),
  }));
  const { directory } = stream.ioc;
  await stream.put('Workflow', 'pvapy');
  await stream.put('Protocol', 'PvaPy');
  await stream.put('NConsumers', 12);
  await stream.put('DataPv', 'nowhere');
  const started = stream.put('Start', 1).catch(() => undefined);
  await stream.until('StateText', (text) =>
    /^Starting: waits for consumer 1, 2, .*, 12 \(as consumer:1:control, .*searched at/u.test(String(text)),
  );
  await t.rejects(
    stream.client.put('dm:Stream1:Command', { command: 'configure', timeout: 1 }, { timeoutMs: 60_000 }),
    { message: /consumer 1: .*consumer:1:control.*; .* consumer 12: / },
  );
  await stream.put('CommandTimeout', 1);
  await t.rejects(stream.put('Stop', 1), 'it does not wait for what was never there');
  t.match(await stream.value('ErrorMessage'), /waits for consumer 1, 2, .*searched at .*; put Abort to end it$/u);
  t.match(await stream.value('StateText'), /^Finishing: waits for consumer 1, 2, .*; put Abort to end it/u);
  const stopped = stream.put('Stop', 1).catch(() => undefined);
  t.notMatch(stream.ioc.output, /MaxListeners/u, 'a dozen consumers are none too many');
  await stream.ioc.restart();
  for (const id of [1, 2]) letGo(directory, id);
  await stream.until('State', (state) => state === 'Done');
  await Promise.all([started, stopped]);
  t.notOk([1, 2].some((id) => isRunning(consumerPid(directory, id))));
});

await t.test('Stop does not wait for a consumer that never answers a command', async (t) => {
  const stream = await StreamSlot.inNewIoc(t, ({ directory, serverEnvironment: environment }) => ({
    pvapy: consumersCommand({ directory, ids: [1], environment }),
  }));
  const { directory } = stream.ioc;
  await stream.put('Workflow', 'pvapy');
  await stream.put('Protocol', 'PvaPy');
  await stream.put('CommandTimeout', 0);
  await stream.put('DataPv', 'nowhere');
  await stream.put('Start', 1);
  const commands = [stream.command('configure', { name: 'mute', mute: true }), stream.command('get_stats')];
  const outcomes = Promise.allSettled(commands);
  while (configured(directory).length === 0) await delay(50);
  await t.rejects(stream.command('dance'), { message: /^COMMAND_REFUSED: pvaPy's consumers know configure, / });
  await stream.until('NPending', (count) => count === 2);
  await stream.put('Stop', 1);
  t.equal(await stream.value('StateText'), 'Done');
  t.match(await outcomes, [
    { reason: { message: 'COMMAND_REFUSED: the job has ended (done)' } },
    { reason: { message: 'COMMAND_REFUSED: the job has ended (done)' } },
  ]);
});

await t.test('a consumer that has stalled is configured and stopped again', async (t) => {
  const stream = await StreamSlot.inNewIoc(t, ({ directory, serverEnvironment: environment }) => ({
    pvapy: consumersCommand({ directory, ids: [1], environment }),
  }));
  const { directory } = stream.ioc;
  await stream.put('Workflow', 'pvapy');
  await stream.put('Protocol', 'PvaPy');
  await stream.put('DataPv', 'nowhere');
  await stream.put('HeartbeatTimeout', 3);
  await stream.put('Start', 1);
  const pid = consumerPid(directory, 1);
  process.kill(pid, 'SIGSTOP');
  const late = stream.client.put(
    'dm:Stream1:Command',
    { command: 'configure', arguments: '{"name":"late"}', timeout: 1 },
    { timeoutMs: 60_000 },
  );
  await t.rejects(late, { message: 'COMMAND_TIMEOUT: consumer 1: has not answered configure' });
  await stream.until('State', (_state, severity, message) =>
    `${severity} ${message}`.startsWith('MINOR consumer 1 is silent for more than 3 s'),
  );
  await stream.put('CommandTimeout', 1);
  await t.rejects(stream.put('Stop', 1));
  t.match(await stream.value('ErrorMessage'), /consumer 1: has not answered stop; put Abort to end it/u);
  process.kill(pid, 'SIGCONT');
  await stream.until('State', (_state, _severity, message) => !message.includes('consumer'));
  await stream.put('CommandTimeout', 0);
  await stream.command('configure', { name: 'again' });
  t.same(configured(directory).at(-1), '1 again');
  await stream.put('Stop', 1);
  t.equal(await stream.value('StateText'), 'Done');
});
