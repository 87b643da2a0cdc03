import { resolve } from 'node:path';
import t from 'tap';
import { freePort } from '../loopback-environment.js';
import { Network } from './network.js';
import { patientClient } from './patient-client.js';
import { PVA_SEARCH } from './pva-search.js';
import type { ServerProcess } from './server-process.js';
import { StreamSlot } from './stream-slot.js';

const FRAME_KB = 1000;

await t.test('frames are counted without being fetched, wherever their source is and goes', async (t) => {
  const searchPort = await freePort();
  const network = await Network.start(t, PVA_SEARCH, searchPort);
  const stream = await StreamSlot.inNewIoc(t, () => ({ silent: 'exec sleep 3600' }), {
    searchPort,
    environment: network.clientEnvironment,
  });
  const serve = (firstId: number, step: number): ServerProcess => {
    const args = ['p4p', 'frames', 'frames', stream.ioc.directory, FRAME_KB, firstId, step].map(String);
    return stream.ioc.serve('python', resolve('test/system/stream_objects.py'), ...args);
  };
  // Beside the network that is cut.
  const direct = patientClient(stream.ioc.serverEnvironment);
  t.teardown(() => {
    direct.close();
  });
  const number = async (name: string): Promise<number> => Number(await stream.value(name));
  const atLeast =
    (least: number) =>
    (value: unknown): boolean =>
      Number(value) >= least;
  await stream.put('Workflow', 'silent');
  await stream.put('DataPv', 'frames');
  await stream.put('HeartbeatTimeout', 3600);
  const started = stream.put('Start', 1).catch(() => undefined);
  await stream.until('State', (state) => state === 'Starting');
  t.equal(await stream.value('DataConnected'), 'No');
  await stream.until(
    'State',
    (_state, severity, message) => severity === 'MINOR' && message.startsWith('waits for frames, searched at 127'),
  );

  let source = serve(1, 1);
  await stream.until('DataConnected', (connected) => connected === 'Yes');
  await stream.until('State', (_state, severity) => severity === 'NONE');
  await stream.until('DataCount', atLeast(50));
  await stream.until('DataRate', atLeast(5));
  await stream.until('DataLastId', atLeast(50));
  t.ok(network.receivedBytes < FRAME_KB * 1024, 'of 50 frames not even the bytes of one', {
    bytes: network.receivedBytes,
  });
  t.equal(await stream.value('DataMissed'), 0);

  network.cut();
  await stream.until('DataConnected', (connected) => connected === 'No');
  await stream.until(
    'State',
    (_state, severity, message) => `${severity} ${message}` === 'MINOR frames is not connected',
  );
  await stream.until('DataRate', (rate) => rate === 0);
  const lastSeen = BigInt(await number('DataLastId'));
  for await (const { fields } of direct.monitor('frames', { request: 'field(uniqueId)' })) {
    if (BigInt(fields['uniqueId'] as number) > lastSeen + 1n) break;
  }
  network.restore();
  await stream.until('DataMissed', atLeast(1));

  await source.end();
  await stream.until('DataConnected', (connected) => connected === 'No');
  const [count, missed, lastId] = [await number('DataCount'), await number('DataMissed'), await number('DataLastId')];
  source = serve(1, 1);
  await stream.until('DataLastId', (id) => Number(id) < lastId);
  await stream.until('DataCount', atLeast(count + 10));
  t.equal(await number('DataMissed'), missed, 'a source that begins anew has missed nothing');

  await source.end();
  await stream.until('DataConnected', (connected) => connected === 'No');
  const before = { count: await number('DataCount'), missed: await number('DataMissed') };
  source = serve(1_000_000, 3);
  await stream.until('DataCount', atLeast(before.count + 20));
  await source.end();
  await stream.until('DataConnected', (connected) => connected === 'No');
  // Records of one change follow each other: the rate comes after the count.
  await stream.until('DataRate', (rate) => rate === 0);
  const frames = (await number('DataCount')) - before.count;
  const gaps = (await number('DataMissed')) - before.missed;
  t.ok(gaps >= 2 * (frames - 1), 'two of three are missed', { frames, gaps });

  await stream.put('Abort', 1);
  await started;
  t.equal(await stream.value('DataConnected'), 'No');
  t.equal(await stream.value('DataCount'), before.count + frames, 'the counts of a stream stay when it has ended');

  const again = stream.put('Start', 1).catch(() => undefined);
  await stream.until('State', (state) => state === 'Starting');
  t.equal(await stream.ioc.stop(), 0, 'the IOC ends well while it follows frames that are not there');
  await again;
});
