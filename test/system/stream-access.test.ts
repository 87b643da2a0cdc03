import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { CaClient } from 'node-epics-ca';
import t, { type Test } from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { temporaryDirectory } from './ioc-process.js';
import { ObeyingStream } from './obeying-stream.js';
import { patientClient } from './patient-client.js';

const USER = userInfo().username;
const OTHER = 'somebody-else';

/** Rules by which the two groups are different people; READ for all. */
function rulesFor(
  t: Test,
  { operators, workflows }: { readonly operators: string; readonly workflows: string },
): string {
  const file = join(temporaryDirectory(t), 'access.acf');
  const group = (name: string, users: string): string =>
    `ASG(${name}) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) { UAG(${users}) } }\n`;
  writeFileSync(
    file,
    `UAG(operators) { "${operators}" }
UAG(workflows) { "${workflows}" }
ASG(DEFAULT) { RULE(1, READ) }
ASG(READONLY) { RULE(1, READ) }
${group('OPERATOR', 'operators')}${group('WORKFLOW', 'workflows')}`,
  );
  return file;
}

const refusal = (what: string): RegExp =>
  new RegExp(
    `WARN refused stream=1 what=${what} user=${USER} host=127\\.0\\.0\\.1 code=ACCESS_DENIED reason=${USER} on 127\\.0\\.0\\.1 may not ${what}: see access\\.file`,
    'u',
  );

await t.test('who may command but is no workflow neither reports nor acknowledges, and the log says who', async (t) => {
  const bench = await ObeyingStream.create(t, [`access.file=${rulesFor(t, { operators: USER, workflows: OTHER })}`]);
  const denied = { code: 'PVA_REMOTE', remoteCode: 'ACCESS_DENIED' };
  await bench.prepare();
  const started = t.rejects(bench.put('Start', 1), { message: /aborted/u });
  await bench.untilState('Starting');
  await bench.workflowPid();
  const { client, name: slot } = bench;
  const streamId = await bench.text('StreamId');
  await t.rejects(client.put(`${slot}:Report`, { streamId, state: 'Ready' }), denied);
  const command = bench.command('prepare');
  command.catch(() => undefined);
  await bench.untilPending(1);
  await t.rejects(client.put(`${slot}:Ack`, { streamId, sequence: 1, accepted: true }), denied);
  t.equal(await bench.text('State'), 'Starting', 'nothing has changed');
  t.equal(await bench.text('NPending'), '1');
  await bench.put('Abort', 1);
  await started;
  await t.rejects(command, { message: /the job has ended \(aborted\)/u });
  for (const what of ['report', 'acknowledge']) t.match(bench.ioc.output, refusal(what));
});

await t.test('who is a workflow but may not command is refused over structures, records and calls', async (t) => {
  const bench = await ObeyingStream.create(t, [`access.file=${rulesFor(t, { operators: OTHER, workflows: USER })}`]);
  const { client, name: slot } = bench;
  await t.rejects(bench.command('prepare'), { code: 'PVA_REMOTE', remoteCode: 'ACCESS_DENIED' });
  t.match(bench.ioc.output, refusal('command'));
  for (const name of ['Workflow', 'SendCommand', 'SendArgs', 'Start', 'Stop', 'Abort', 'Send', 'Clear']) {
    const value = /^S(?:t|end$)|Abort|Clear/u.test(name) ? 1 : '{}';
    await t.rejects(bench.put(name, value), { message: /Put not permitted/u }, name);
  }
  const ca = new CaClient({ environment: bench.ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  await t.rejects(ca.put(`${slot}:Send`, 1, { complete: true }), { code: 'CA_NO_WRITE_ACCESS' });
  await ca.close();
  await t.rejects(client.rpc('dm:rpc:sendCommand', { command: 'prepare' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'ACCESS_DENIED',
  });
  const report = client.put(`${slot}:Report`, { streamId: 'none', state: 'Ready' });
  await t.rejects(
    report,
    { code: 'PVA_REMOTE', remoteCode: 'STREAM_STALE' },
    'but it may report, if there is a stream',
  );
  t.equal((await client.get(`${slot}:State`)).alarm?.severity, 'NONE', 'and read');
});

await t.test('an account that lies nowhere in the rules may watch all', async (t) => {
  const bench = await ObeyingStream.create(t, [`access.file=${rulesFor(t, { operators: OTHER, workflows: OTHER })}`]);
  const client = patientClient(bench.ioc.clientEnvironment);
  for (const name of ['Report', 'Command', 'Ack', 'State']) {
    for await (const { fields } of client.monitor(`${bench.name}:${name}`)) {
      t.ok(Object.keys(fields).length > 1, name);
      break;
    }
  }
  client.close();
});
