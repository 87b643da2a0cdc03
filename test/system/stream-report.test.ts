import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { freePort } from '../loopback-environment.js';
import { Network } from './network.js';
import { patientClient } from './patient-client.js';
import { PVA_SEARCH } from './pva-search.js';
import type { ServerProcess } from './server-process.js';
import { StreamSlot } from './stream-slot.js';

const SCRIPT = resolve('test/system/stream_objects.py');
/** A job that is there and says nothing: the test speaks in its place. */
const SILENT = 'exec sleep 3600';

await t.test('reports are read from an object that Bluesky serves', async (t) => {
  const searchPort = await freePort();
  const network = await Network.start(t, PVA_SEARCH, searchPort);
  const environment = { ...network.clientEnvironment, EPICS_PVA_CONN_TMO: '3' };
  const stream = await StreamSlot.inNewIoc(t, () => ({ silent: SILENT }), { searchPort, environment });
  const { directory } = stream.ioc;
  const serve = (...rest: string[]): ServerProcess =>
    stream.ioc.serve('python', SCRIPT, 'p4p', 'report', 'blue:report', directory, ...rest);
  const workflow = patientClient(stream.ioc.serverEnvironment);
  t.teardown(() => {
    workflow.close();
  });
  const report = (content: object): Promise<void> => workflow.put('blue:report', content, { timeoutMs: 60_000 });
  let streamId = '';
  const log = async (text: RegExp): Promise<void> => {
    while (!text.test(stream.ioc.output)) await delay(50);
  };
  let server = serve();
  await report({ streamId: 'an earlier one', sequence: 12, state: 'Done' });

  await t.test('it says that the object is not there, as long as it is not', async (t) => {
    await stream.put('Workflow', 'silent');
    await stream.put('ReportPv', 'blue:report');
    await server.end();
    const started = stream.put('Start', 1);
    await stream.until('StateText', (text) =>
      String(text).startsWith('Starting: waits for blue:report, searched at 127'),
    );
    streamId = String(await stream.until('StreamId', (id) => id !== ''));
    server = serve();
    await report({ streamId, sequence: 1, state: 'Connected' });
    await stream.until('State', (state, severity) => state === 'Connected' && severity === 'NONE');
    await report({ streamId, sequence: 2, state: 'Ready', message: 'here we are' });
    await started;
    t.equal(await stream.value('Message'), 'here we are');
  });

  await t.test('it is mirrored into the records and the Report of the slot', async (t) => {
    await report({ streamId, sequence: 3, state: 'Streaming', nReceived: 7, progress: 12.5, results: '{"a": 1}' });
    await stream.until('State', (state) => state === 'Streaming');
    await stream.until('NReceived', (count) => count === 7);
    t.equal(await stream.value('Progress'), 12.5);
    t.equal(await stream.value('Results'), '{"a": 1}');
    const { fields } = await stream.client.get('dm:Stream1:Report');
    t.match(fields, { streamId, sequence: 3n, state: 'Streaming', nReceived: 7n, message: 'here we are' });
    await report({ streamId, sequence: 4, alarm: { severity: 2, message: 'no beam' } });
    await stream.until('State', (_state, severity) => severity === 'MAJOR');
    t.match((await stream.client.get('dm:Stream1:Report')).alarm, { severity: 'MAJOR', message: 'no beam' });
    await report({ streamId, sequence: 5, alarm: { severity: 0, message: '' } });
    await stream.until('State', (_state, severity) => severity === 'NONE');
  });

  await t.test('what is of another run, or in the wrong order, is refused and logged', async (t) => {
    await report({ streamId: 'somebody', sequence: 6, state: 'Failed' });
    await log(/report refused stream=1 pv=blue:report reason=streamId somebody is of another run/u);
    await report({ streamId, sequence: 2, nReceived: 1 });
    await log(/report refused .* reason=report 2 after 5/u);
    await report({ streamId, sequence: 6, state: 'Connected' });
    await log(/report refused .* reason=Connected can't follow Streaming/u);
    await report({ streamId, sequence: 6, state: 'Streaming', results: 'x'.repeat(1_000_001) });
    await log(/report refused .* reason=report of 10000\d\d bytes, at most 1000000/u);
    t.equal(await stream.value('State'), 'Streaming');
    t.equal(await stream.value('NReceived'), 7);
    await report({ streamId, sequence: 6, state: 'Streaming', results: '', nReceived: 8 });
    await stream.until('NReceived', (count) => count === 8);
  });

  await t.test(
    'the last of many reports counts, and those of an object that was closed and opened again',
    async (t) => {
      for (let sequence = 7; sequence <= 500; sequence += 1) await report({ streamId, sequence, nReceived: sequence });
      await stream.until('NReceived', (count) => count === 500);
      // It may be closed before it has answered.
      await report({ streamId, sequence: 501, stage: 'reopen' }).catch(() => undefined);
      await stream.until('Stage', (stage) => stage === 'reopen');
      await report({ streamId, sequence: 502, stage: '', nReceived: 8 });
      await stream.until('NReceived', (count) => count === 8);
      await stream.until('State', (_state, severity) => severity === 'NONE');
      t.equal(await stream.value('StateText'), 'Streaming: here we are');
    },
  );

  await t.test('a network that is cut is an alarm that says what is lost; then the last report counts', async (t) => {
    const isLost = (_state: unknown, severity: string, message: string): boolean =>
      severity === 'MINOR' && message === 'blue:report is not connected';
    network.cut();
    await stream.until('State', isLost);
    t.equal(await stream.value('StateText'), 'Streaming: blue:report is not connected');
    await stream.until('Alive', (alive, severity) => alive === 'No' && severity === 'MAJOR');
    await report({ streamId, sequence: 503, state: 'Streaming', nReceived: 9 });
    await report({ streamId, sequence: 504, state: 'Streaming', nReceived: 10 });
    network.restore();
    await stream.until('NReceived', (count) => count === 10);
    await stream.until('State', (_state, severity) => severity === 'NONE');
    network.silence();
    await stream.until('State', isLost);
    network.restore();
    await stream.until('State', (_state, severity) => severity === 'NONE');
  });

  await t.test('an object with only some of the fields, served anew, leaves the others as they are', async (t) => {
    await server.end();
    await stream.until('State', (_state, severity) => severity === 'MINOR');
    server = serve('streamId,state,nProcessed');
    await report({ streamId, nProcessed: 5 });
    await stream.until('NProcessed', (count) => count === 5);
    t.equal(await stream.value('NReceived'), 10);
    await report({ streamId, state: 'Finishing' });
    await stream.until('State', (state) => state === 'Finishing');
  });

  await t.test('the next stream knows nothing of what the last one has lost', async (t) => {
    await server.end();
    await stream.until('StateText', (text) => text === 'Finishing: blue:report is not connected');
    await stream.put('Abort', 1);
    await stream.until('State', (state, _severity, message) => state === 'Aborted' && message === 'aborted');
    await stream.put('ReportPv', '');
    const started = stream.put('Start', 1).catch(() => undefined);
    await stream.until('State', (state, severity) => state === 'Starting' && severity === 'NONE');
    t.equal(await stream.value('StateText'), 'Starting: Start waits for Ready (Abort ends it)');
    await stream.put('Abort', 1);
    await started;
  });
});
