import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { patientClient } from './patient-client.js';
import { configured, consumerPid, consumersCommand, isRunning, letGo } from './stream-consumers.js';
import { StreamSlot } from './stream-slot.js';

const IDS = [1, 2, 3, 4];

await t.test("a stream is worked on by four of pvaPy's consumers, in which there is nothing of ours", async (t) => {
  const stream = await StreamSlot.inNewIoc(t, ({ directory, serverEnvironment: environment }) => ({
    pvapy: consumersCommand({ directory, ids: IDS, environment, isHeld: true }),
  }));
  const { directory } = stream.ioc;
  const everyone = (names: string): readonly string[] => IDS.map((id) => `${id} ${names}`);
  const begun = (name: string): readonly string[] =>
    configured(directory)
      .filter((line) => line.endsWith(` ${name}`))
      .sort();
  const frames = stream.ioc.serve(
    'pvapy-ad-sim-server',
    ...'-cn frames -nx 32 -ny 32 -fps 20 -rt 3600 -std 1'.split(' '),
  );
  const client = patientClient(stream.ioc.serverEnvironment);
  t.teardown(() => {
    client.close();
  });

  await t.test('consumers that would share a PV are refused', async (t) => {
    await stream.put('Workflow', 'pvapy');
    await stream.put('Protocol', 'PvaPy');
    await stream.put('DataPv', 'frames');
    await stream.put('NConsumers', 4);
    await stream.put('ControlPattern', 'consumer:control');
    const message = /ControlPattern names consumer:control for 4 consumers: write \*/u;
    await t.rejects(stream.put('Start', 1), { message: /ControlPattern names/u });
    t.match(await stream.value('ErrorMessage'), message);
    await stream.put('ControlPattern', 'consumer:*:control');
  });

  await t.test(
    'Start is done when all are there, in whatever order they come, and says for whom it waits',
    async (t) => {
      const started = stream.put('Start', 1);
      await stream.until('StateText', (text) =>
        String(text).startsWith(
          'Starting: waits for consumer 1, 2, 3, 4 (as consumer:1:control, consumer:1:status), searched at 127',
        ),
      );
      letGo(directory, 3);
      await stream.until('StateText', (text) => String(text).startsWith('Connected: waits for consumer 1, 2, 4 ('));
      for (const id of [1, 4, 2]) letGo(directory, id);
      await started;
      t.equal(await stream.value('Ready'), 'Yes');
    },
  );

  await t.test('the number of consumers that counts is the one at the start', async (t) => {
    await stream.put('NConsumers', 2);
    await stream.until('State', (state, severity) => state === 'Streaming' && severity === 'NONE');
    t.equal(await stream.value('Alive'), 'Yes');
  });

  await t.test('counts and rates are those of all together', async (t) => {
    await stream.until('ReceiveRate', (rate) => Number(rate) > 20);
    await stream.until('DataCount', (count) => Number(count) >= 20);
    t.equal(await stream.value('DataMissed'), 0);
    await stream.until('NProcessed', (count) => Number(count) > 0);
    await frames.end();
    await stream.until('DataConnected', (connected) => connected === 'No');
    await stream.command('get_stats');
    const sum = async (part: string, name: string): Promise<number> => {
      const all = await Promise.all(IDS.map((id) => client.get(`consumer:${id}:status`)));
      return all.reduce((total, { fields }) => total + Number((fields[part] as Record<string, number>)[name]), 0);
    };
    const received = await sum('receiverStats', 'nReceived');
    await stream.until('NReceived', (count) => count === received);
    const processed = await sum('processorStats', 'nProcessed');
    await stream.until('NProcessed', (count) => count === processed);
  });

  await t.test('configure waits for what each has to say', async (t) => {
    await stream.command('configure', { name: 'first' });
    t.same(begun('first'), everyone('first'), 'all are told');
    await stream.command('configure', { name: 'first' });
    t.equal(begun('first').length, 8, 'the same again is another command');
    await t.rejects(stream.command('configure', { name: 'bad', bad: 'no beam', only: 2 }), {
      message: 'COMMAND_REFUSED: consumer 2: Configuration failed: no beam',
    });
    await t.rejects(stream.command('configure', { name: 'bad', bad: 'no beam' }), {
      message: /consumer 1: Configuration failed: no beam; consumer 2: .*; consumer 3: .*; consumer 4: /u,
    });
    await stream.command('configure', { name: 'good' });
  });

  await t.test('over CA records a command waits and fails in the same way', async (t) => {
    await stream.put('SendCommand', 'configure');
    await stream.put('SendArgs', '{"bad": "no sample", "only": 4}');
    await t.rejects(stream.put('Send', 1));
    t.equal(await stream.value('ErrorMessage'), 'consumer 4: Configuration failed: no sample');
  });

  await t.test('commands at once are done one after the other, and each gets its own answer', async (t) => {
    const outcomes = await Promise.allSettled([
      stream.command('configure', { name: 'one' }),
      stream.command('configure', { name: 'two', bad: 'two' }),
      stream.command('get_stats'),
      stream.command('configure', { name: 'three' }),
      stream.command('explode'),
    ]);
    t.same(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected'],
    );
    const [, second, , , last] = outcomes;
    t.match(second, { reason: { message: /Configuration failed: two/u } });
    t.match(last, { reason: { message: /know configure, get_stats, reset_stats, stop, not explode/u } });
    t.same(
      configured(directory).filter((line) => /^1 (?:one|two|three)$/u.test(line)),
      ['1 one', '1 two', '1 three'],
    );
  });

  await t.test('an outcome that comes late is not the answer to what was sent after it', async (t) => {
    await stream.put('CommandTimeout', 2);
    await t.rejects(stream.command('configure', { name: 'late', slow: 6, bad: 'too late', only: 3 }), {
      message: /COMMAND_TIMEOUT: consumer 1: has not answered configure/u,
    });
    await stream.put('CommandTimeout', 30);
    await stream.command('get_stats');
    await stream.command('configure', { name: 'after' });
    t.same(begun('after'), everyone('after'));
  });

  await t.test('reset_stats begins to count anew', async (t) => {
    t.ok(Number(await stream.value('NReceived')) > 0);
    await stream.command('reset_stats');
    await stream.command('get_stats');
    await stream.until('NReceived', (count) => count === 0);
  });

  await t.test(
    'after kill -9 of the IOC the command under way is not put again, and its outcome still counts',
    async (t) => {
      const interrupted = stream.command('configure', { name: 'slow', slow: 12 }).catch((error: unknown) => error);
      while (begun('slow').length < 4) await delay(50);
      const id = await stream.value('StreamId');
      await interrupted;
      await stream.ioc.restart();
      t.equal(await stream.value('StreamId'), id);
      await stream.until('NPending', (count) => count === 0);
      t.same(begun('slow'), everyone('slow'), 'each was configured once');
      await stream.command('configure', { name: 'again' });
      t.same(begun('again'), everyone('again'), 'all four are still followed');
      t.equal(await stream.value('State'), 'Streaming');
    },
  );

  await t.test('a consumer that dies is an alarm that says which; the others go on', async (t) => {
    process.kill(consumerPid(directory, 3), 'SIGKILL');
    await stream.until(
      'State',
      (state, severity, message) =>
        state === 'Streaming' && severity === 'MINOR' && message.startsWith('consumer 3 is not connected'),
    );
    t.match(await stream.value('StateText'), /^Streaming: consumer 3 is not connected/u);
    await stream.put('CommandTimeout', 3);
    await t.rejects(stream.command('configure', { name: 'without' }), {
      message: 'COMMAND_TIMEOUT: consumer 3: consumer:3:control is not connected',
    });
    t.same(begun('without'), ['1 without', '2 without', '4 without']);
  });

  await t.test('Stop ends those that are left, and is done when the job has ended', async (t) => {
    await stream.put('Stop', 1);
    t.equal(await stream.value('State'), 'Done');
    t.equal(await stream.value('StateText'), 'Done');
    await stream.until('State', (_state, severity) => severity === 'NONE');
    t.same(
      IDS.filter((id) => isRunning(consumerPid(directory, id))),
      [],
      'no consumer is left',
    );
  });
});
