import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { CaClient } from 'node-epics-ca';
import t from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { IocProcess, temporaryDirectory } from './ioc-process.js';
import { patientClient } from './patient-client.js';

const SHIPPED = readFileSync('ioc/access.acf', 'utf8');

await t.test('who may not write can read, but neither put nor call', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'access.acf');
  writeFileSync(
    file,
    `UAG(operators) { "somebody-else" }
ASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) { UAG(operators) } }
ASG(OPERATOR) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) { UAG(operators) } }
ASG(READONLY) { RULE(1, READ) }
`,
  );
  const ioc = await IocProcess.start(join(directory, 'dm'), [`access.file=${file}`]);
  const ca = new CaClient({ environment: ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  const pva = patientClient(ioc.clientEnvironment);
  await t.rejects(ca.put('dm:WF1:Workflow', 'example-01', { complete: true }), { code: 'CA_NO_WRITE_ACCESS' });
  await t.rejects(pva.put('dm:WF1:Workflow', 'example-01', { block: true }), { code: 'PVA_REMOTE' });
  await t.rejects(pva.rpc('dm:rpc:addExperiment', { name: 'theirs' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'ACCESS_DENIED',
    message: /may not call addExperiment/u,
  });
  t.equal((await pva.get('dm:WF1:Workflow')).value, '');
  t.equal((await pva.rpc('dm:rpc:listJobs')).fields['count'], 0);
  t.match((await pva.get('dm:Experiment:Table')).value, { name: ['demo'] });
  await ca.close();
  pva.close();
  t.equal(await ioc.stop(), 0);
});

const USER = userInfo().username;

/** The access file that comes with dm-ioc, with its example rules in force. */
function exampleRules(directory: string, host: string): string {
  const rule = /To restrict them: (?<rule>RULE.*)$/mu.exec(SHIPPED)?.groups?.['rule'] ?? '';
  const file = join(directory, `${host}.acf`);
  writeFileSync(
    file,
    SHIPPED.replace('# UAG(operators) {alice, bob}', `UAG(operators) {"${USER}"}`)
      .replace('# HAG(console) {localhost}', `HAG(console) {${host}}`)
      .replace(/(ASG\(OPERATOR\) \{\n.*\n).*\n/u, `$1  ${rule}\n`),
  );
  return file;
}

for (const host of ['localhost', '127.0.0.1']) {
  await t.test(
    `the example rules of the access file let operators of ${host} write, over both protocols`,
    async (t) => {
      const directory = temporaryDirectory(t);
      const ioc = await IocProcess.start(join(directory, 'dm'), [`access.file=${exampleRules(directory, host)}`]);
      const ca = new CaClient({ environment: ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
      const pva = patientClient(ioc.clientEnvironment);
      await ca.put('dm:WF1:Timeout', 11, { complete: true });
      t.equal((await ca.get('dm:WF1:Timeout')).value, 11);
      await pva.put('dm:WF1:Timeout', 17, { block: true });
      t.equal((await pva.get('dm:WF1:Timeout')).value, 17);
      t.equal((await pva.rpc('dm:rpc:addExperiment', { name: 'ours' })).fields['name'], 'ours');
      await ca.close();
      pva.close();
      t.equal(await ioc.stop(), 0);
      t.match(
        ioc.output,
        new RegExp(`put record=dm:WF1:Timeout field=VAL value=17 user=${USER} host=127\\.0\\.0\\.1`, 'u'),
      );
    },
  );
}

await t.test('operators of another host may not write, and the log says who was refused', async (t) => {
  const directory = temporaryDirectory(t);
  const ioc = await IocProcess.start(join(directory, 'dm'), [`access.file=${exampleRules(directory, '192.0.2.1')}`]);
  const ca = new CaClient({ environment: ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  const pva = patientClient(ioc.clientEnvironment);
  await t.rejects(ca.put('dm:WF1:Timeout', 17, { complete: true }), { code: 'CA_NO_WRITE_ACCESS' });
  for (const block of [true, false]) {
    await t.rejects(pva.put('dm:WF1:Timeout', 17, { block }), { code: 'PVA_REMOTE', message: /Put not permitted/u });
  }
  await t.rejects(pva.put('dm:WF1:Timeout', 17, { process: false }), { code: 'PVA_REMOTE' });
  await t.rejects(pva.put('dm:WF1:Status', 3), { code: 'PVA_REMOTE' });
  await t.rejects(pva.rpc('dm:rpc:addExperiment', { name: 'theirs' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'ACCESS_DENIED',
  });
  t.equal((await ca.get('dm:WF1:Timeout')).value, 0);
  await ca.close();
  pva.close();
  t.equal(await ioc.stop(), 0);
  const who = `user=${USER} host=127\\.0\\.0\\.1`;
  const line = new RegExp(`WARN put refused record=dm:WF1:Timeout field=VAL ${who} reason=Put not permitted`, 'gu');
  t.equal(ioc.output.match(line)?.length, 2, 'a line for each put over PVAccess', { output: ioc.output });
  t.match(ioc.output, /put refused .* reason=dm:WF1:Timeout is carried out by being processed/u, 'whatever the reason');
  t.match(ioc.output, /put refused record=dm:WF1:Status /u);
  t.match(ioc.output, new RegExp(`call failed call=dm:rpc:addExperiment ${who}`, 'u'));
});

await t.test('the put log has one form for both protocols, and bears long values', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  const ca = new CaClient({ environment: ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  const pva = patientClient(ioc.clientEnvironment);
  await t.rejects(
    ca.put('dm:WF2:Run', 1, { complete: true }),
    {
      code: 'CA_PUT_FAILED',
      alarmMessage: /^no Workflow/u,
      message: /^put dm:WF2:Run: .*\(ECA_PUTFAIL\): no Workflow/u,
    },
    "a failed put has the record's alarm message",
  );
  const metadata = JSON.stringify({ notes: 'ä'.repeat(10_000) });
  await ca.put('dm:Upload1:Mode', 1, { complete: true });
  await pva.put('dm:Upload1:Mode', 1, { block: true });
  await ca.put('dm:Upload2:Mode', 'Directory', { complete: true });
  await ca.put('dm:DAQ1:ProcessExisting', 1, { complete: true });
  await pva.put('dm:DAQ1:ProcessExisting', 1, { block: true });
  await ca.put('dm:WF1:Run.DISA', 1, { complete: true });
  await pva.put('dm:WF1:Run.DISA', 0, { block: true });
  await pva.put('dm:Dataset:Metadata', metadata, { block: true });
  await ca.put('dm:Dataset:Metadata.VAL$', metadata, { complete: true });
  await ca.close();
  pva.close();
  t.equal(await ioc.stop(), 0);
  const values = (record: string): string[] =>
    [...ioc.output.matchAll(new RegExp(`INFO put record=${record} field=\\w+ value=(?<value>.*?) user=`, 'gu'))].map(
      ({ groups }) => groups?.['value'] ?? '',
    );
  t.same(values('dm:Upload1:Mode'), ['Directory', 'Directory']);
  t.same(values('dm:Upload2:Mode'), ['Directory']);
  const [first, second] = values('dm:DAQ1:ProcessExisting');
  t.equal(first, second);
  t.notMatch(first, /^\d*$/u, 'by its label');
  t.same(values('dm:WF1:Run'), ['1', '0'], 'a number stays one');
  const [overPva, overCa] = values('dm:Dataset:Metadata');
  t.match(overPva, /^\{"notes":"ä+… \(10,012 characters\)$/u);
  t.equal(overCa, overPva);
  t.ok((overPva?.length ?? 0) < 250);
});
