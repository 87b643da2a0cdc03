import { CaClient } from 'node-epics-ca';
import type { PvaClient } from 'epics-pva-ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { PATIENCE_MS } from '../patience.js';
import { IocProcess, temporaryDirectory } from './ioc-process.js';
import { patientClient } from './patient-client.js';
import { startServedIoc } from './served-ioc.js';

interface Clients {
  readonly ca: CaClient;
  readonly pva: PvaClient;
  readonly ioc: IocProcess;
  /** Whole, also over Channel Access. */
  readonly text: (pv: string) => Promise<string>;
}

async function withIoc(t: Test, root: string, settings: string[], use: (clients: Clients) => Promise<void>) {
  const ioc = await IocProcess.start(root, settings);
  const pva = patientClient(ioc.clientEnvironment);
  const ca = new CaClient({ environment: ioc.clientEnvironment, timeoutMs: PATIENCE_MS });
  try {
    await use({ ca, pva, ioc, text: async (pv) => String((await pva.get(pv)).value) });
  } finally {
    await ca.close();
    pva.close();
    t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
  }
}

/** A text of so many characters. */
function sized(text: string, length: number): string {
  return text.padEnd(length, 'x');
}

const TEXTS = [
  ...['Experiment', 'File:Path', 'Dataset:Name', 'Dataset:Metadata', 'WF1:Workflow', 'WF1:Owner', 'WF1:FilePath'],
  ...['WF1:Args', 'DAQ1:DataDirectory', 'DAQ1:DestDirectory', 'DAQ1:SkipPattern', 'DAQ1:WorkflowName'],
  ...['DAQ1:WorkflowArgs', 'Upload1:DataDirectory', 'Upload1:FilePath', 'Upload1:DestDirectory'],
];

await t.test('a text that Channel Access may have cut is used by no PV; one that arrived whole is', async (t) => {
  const root = temporaryDirectory(t);
  await withIoc(t, join(root, 'dm'), [], async ({ ca, pva, ioc, text }) => {
    const before = new Map(await Promise.all(TEXTS.map(async (pv) => [pv, await text(`dm:${pv}`)] as const)));
    for (const pv of TEXTS) {
      const cut = sized(pv.endsWith('Args') || pv.endsWith('Metadata') ? '{"a": 1}' : '/x', 39);
      await t.rejects(ca.put(`dm:${pv}`, cut, { complete: true }), { code: 'CA_PUT_FAILED' }, `${pv} with completion`);
      t.equal(await text(`dm:${pv}`), before.get(pv), `${pv} shows what it was`);
      t.match(await pva.get(`dm:${pv}`), { alarm: { severity: 'INVALID', message: /^maybe cut to 39 characters/u } });
    }
    t.match(await text('dm:Message'), /dm:Upload1:DestDirectory\.VAL\$, or dm-ioc put/u, 'with the remedy');
    t.match(ioc.output, /put failed.*dm:Upload1:DataDirectory.*maybe cut/u, 'and in the log');

    await pva.put('dm:Experiment', 'demo', { block: true });
    await ca.put('dm:Upload1:DataDirectory', sized('/tmp/', 39));
    await ca.get('dm:Upload1:DataDirectory');
    await t.rejects(pva.put('dm:Upload1:Run', 1, { block: true }), /maybe cut/u, 'nor by a command');

    const whole = sized('/data/39-characters', 39);
    await ca.put('dm:Upload1:DataDirectory.VAL$', whole, { complete: true });
    t.equal(await text('dm:Upload1:DataDirectory'), whole, 'as characters');
    await pva.put('dm:DAQ1:DataDirectory', whole, { block: true });
    t.equal(await text('dm:DAQ1:DataDirectory'), whole, 'over PVAccess');
    t.match(await pva.get('dm:DAQ1:DataDirectory'), { alarm: { severity: 'NONE' } });
    await ca.put('dm:Upload1:DataDirectory', sized('/data/38', 38), { complete: true });
    t.equal(await text('dm:Upload1:DataDirectory'), sized('/data/38', 38), 'a shorter string');
  });
});

const SITE = `
record(stringout, "$(P)Site:Short") { field(DTYP, "dm") field(OUT, "@upload[1].dataDirectory") field(ASG, "OPERATOR") }
record(aao, "$(P)Site:Characters") {
  field(DTYP, "dm") field(OUT, "@upload[2].dataDirectory") field(FTVL, "CHAR") field(NELM, "256") field(ASG, "OPERATOR")
}
record(mbbo, "$(P)Site:Choice") {
  field(DTYP, "Raw Soft Channel") field(OUT, "$(P)PollPeriod PP") field(ASG, "OPERATOR")
  field(ZRST, "Two") field(ZRVL, "2") field(ONST, "Seven") field(ONVL, "7")
}
`;

await t.test(
  "a site's own text records refuse a string that may be cut, and one that became a character",
  async (t) => {
    const root = temporaryDirectory(t);
    const file = join(root, 'site.db');
    writeFileSync(file, SITE);
    await withIoc(t, join(root, 'dm'), [`site.databases=[{file: ${file}}]`], async ({ ca, text }) => {
      await t.rejects(ca.put('dm:Site:Short', sized('/x', 39), { complete: true }), { code: 'CA_PUT_FAILED' });
      await ca.put('dm:Site:Short', sized('/x', 38), { complete: true });
      t.equal(await text('dm:Site:Short'), sized('/x', 38));
      await t.rejects(ca.put('dm:Site:Characters', ['65'], { complete: true }), { code: 'CA_PUT_FAILED' });
      t.match(await text('dm:Message'), /caput -S dm:Site:Characters/u);
      await ca.put('dm:Site:Characters', sized('/x', 39), { complete: true });
      t.equal(await text('dm:Upload2:DataDirectory'), sized('/x', 39));
      await ca.put('dm:Site:Choice', 'Seven', { complete: true });
      t.equal(await text('dm:PollPeriod'), '7', 'what a link brings is taken for itself');

      await ca.put('dm:DAQ1:DataDirectory.VAL$', sized('/y', 39), { complete: true });
      await t.rejects(ca.put('dm:DAQ1:DataDirectory', sized('/z', 39), { complete: true }), /PutFail|fail/iu);
      for (const pv of ['PollPeriod', 'WF1:Concise', 'DAQ1:DataDirectory']) {
        await ca.put(`dm:${pv}.PROC`, '1', { complete: true });
        t.equal((await ca.get(`dm:${pv}`)).severity, 0, `${pv} is processed as it is`);
      }
      t.equal(await text('dm:DAQ1:DataDirectory'), sized('/y', 39));
    });
  },
);

await t.test('a name is shown as it is used, a path and its blanks are kept, over both protocols', async (t) => {
  const root = temporaryDirectory(t);
  await withIoc(t, join(root, 'dm'), [], async ({ ca, pva, text }) => {
    const puts: ((pv: string, value: string) => Promise<void>)[] = [
      (pv, value) => ca.put(`${pv}.VAL$`, value, { complete: true }),
      (pv, value) => pva.put(pv, value, { block: true }),
    ];
    for (const put of puts) {
      await put('dm:Experiment', ' demo ');
      t.equal(await text('dm:Experiment'), 'demo');
      t.equal(await text('dm:Experiment_RBV'), 'demo');
      for (const name of ['WF1:Workflow', 'WF1:Owner', 'DAQ1:WorkflowName', 'Dataset:Name']) {
        await put(`dm:${name}`, '  a name\n');
        t.equal(await text(`dm:${name}`), 'a name', name);
        await t.rejects(put(`dm:${name}`, 'a\tname'), `a tab in ${name}`);
        await put(`dm:${name}`, '');
      }
      for (const path of ['WF1:FilePath', 'Upload1:FilePath', 'Upload1:DataDirectory', 'DAQ1:DestDirectory']) {
        await put(`dm:${path}`, ' lead and trail.dat ');
        t.equal(await text(`dm:${path}`), ' lead and trail.dat ', path);
        await t.rejects(put(`dm:${path}`, 'lead.dat\n'), `a line end in ${path}`);
      }
    }
    t.match(await text('dm:Message'), /must not contain a line end \(character 9\)/u);
    await t.rejects(pva.rpc('dm:rpc:startDaq', { dataDirectory: '/data\n' }), { message: /a line end/u });
    t.match((await pva.rpc('dm:rpc:listJobs', { owner: ' nobody ' })).fields, { count: 0 });
  });
});

/** The newest job, with what its command printed, as JSON. */
async function newestJob(pva: PvaClient): Promise<string> {
  await pva.put('dm:Job:WaitIdle', 1, { block: true });
  const { id } = (await pva.rpc('dm:rpc:listJobs', { limit: 1 })).fields as { id: readonly string[] };
  return String((await pva.rpc('dm:rpc:getJob', { id: id[0] })).fields['json']);
}

const NUMBERS =
  '{"startNs": 1790000000123456789, "exposure": 1.0, "huge": 1e400, "zero": -0, "list": [1.50, 18446744073709551615]}';
const PRINTED = '1790000000123456789 1.0 1e400 -0 [1.50,18446744073709551615]';
const PRINTED_IN_JSON = PRINTED.replaceAll(/[[\].]/gu, '\\$&');
const WORKFLOW = 'name: print\nstages:\n  1: {command: \'echo "$startNs $exposure $huge $zero $list"\'}\n';

/** Of the part of a JSON text that holds what was given. */
const GIVEN =
  /"startNs":1790000000123456789,"exposure":1\.0,"huge":1e400,"zero":-0,"list":\[1\.50,18446744073709551615\]/u;

await t.test(
  'numbers of arguments and metadata reach commands, the catalogue and readbacks as they were written',
  async (t) => {
    const root = temporaryDirectory(t);
    const workflows = join(root, 'workflows');
    const watched = join(root, 'watched');
    mkdirSync(workflows);
    mkdirSync(watched);
    writeFileSync(join(workflows, 'print.yaml'), WORKFLOW);
    const settings = [`dm.local.workflows=${workflows}`];
    let jobId = '';
    await withIoc(t, join(root, 'dm'), settings, async ({ pva, text }) => {
      const put = (pv: string, value: unknown): Promise<void> => pva.put(`dm:${pv}`, value, { block: true });
      await put('Experiment', 'demo');
      await put('WF1:Workflow', 'print');
      await put('WF1:FilePath', '/dev/null');
      await put('WF1:Args', NUMBERS);
      t.equal(await text('dm:WF1:Args'), NUMBERS);
      await put('WF1:Run', 1);
      t.equal((await text('dm:WF1:StdOut')).trim(), PRINTED, 'in a command');
      jobId = await text('dm:WF1:JobId');
      await put('DAQ1:DataDirectory', watched);
      await put('DAQ1:WorkflowName', 'print');
      await put('DAQ1:WorkflowArgs', NUMBERS);
      await put('DAQ1:Start', 1);
      writeFileSync(join(watched, 'one.dat'), 'one');
      await put('DAQ1:Sync', 1);
      t.match(
        await newestJob(pva),
        new RegExp(`${GIVEN.source}.*one\\.dat.*"stdOut":"${PRINTED_IN_JSON}`, 'u'),
        'by a DAQ',
      );
      await put('DAQ1:DestDirectory', ' dest ');
      await put('Dataset:Name', 'run-1');
      await put('Dataset:Metadata', NUMBERS);
      await put('Dataset:Upload', 1);
      t.match((await pva.rpc('dm:rpc:addDataset', { name: 'run-2', metadata: NUMBERS })).fields, { json: GIVEN });
      t.match((await pva.rpc('dm:rpc:startWorkflow', { workflow: 'print', args: NUMBERS })).fields, { json: GIVEN });
      const typed = { workflow: 'print', args: { startNs: 1790000000123456789n, list: Int32Array.of(1, 2) } };
      t.match((await pva.rpc('dm:rpc:startWorkflow', typed)).fields, {
        json: /"startNs":1790000000123456789,"list":\[1,2\]/u,
      });
      for (const args of [{ a: NaN }, { a: [1, -Infinity] }, '{"a": 1, "a": 2}', '{"a": "\\u0000"}', '[1]']) {
        await t.rejects(pva.rpc('dm:rpc:startWorkflow', { workflow: 'print', args }), /args/u);
      }
      await t.rejects(put('WF1:Args', '{"a": 1, "a": 2}'), /Duplicate key/u);
      await t.rejects(pva.rpc('dm:rpc:addExperiment', { name: 'a b' }), /name must not contain a space/u, 'no dump');
    });
    await withIoc(t, join(root, 'dm'), settings, async ({ pva, text }) => {
      t.equal(await text('dm:WF1:Args'), NUMBERS, 'after a restart');
      t.equal(await text('dm:DAQ1:DestDirectory'), ' dest ', 'blanks, too');
      writeFileSync(join(watched, 'two.dat'), 'two');
      await pva.put('dm:DAQ1:Sync', 1, { block: true });
      t.match(await newestJob(pva), new RegExp(`${GIVEN.source}.*two\\.dat.*"stdOut":"${PRINTED_IN_JSON}`, 'u'));
      t.match((await pva.rpc('dm:rpc:getJob', { id: jobId })).fields, { json: GIVEN });
    });
  },
);

await t.test("so they do over DM's web services, and an option's number is one however it is written", async (t) => {
  const served = await startServedIoc(t);
  const { client, put, dm, directory } = served;
  try {
    await put('dm:Experiment', 'demo');
    await put('dm:WF1:Workflow', 'example-01');
    await put('dm:WF1:FilePath', '/dev/null');
    await put('dm:WF1:Args', NUMBERS);
    await put('dm:WF1:Run', 1);
    const id = String((await client.get('dm:WF1:JobId')).value);
    t.match((await client.rpc('dm:rpc:getJob', { id })).fields, { json: /"startNs":1790000000123456789/u });
    t.match(await dm.jobs.get(dm.owner, id), { startNs: 1790000000123456789n });
    const watched = join(directory, 'watched');
    mkdirSync(watched);
    const options = `{"maxRunTimeInHours": 2.0, "workflowName": "example-01", "workflowArgs": ${NUMBERS}}`;
    await client.rpc('dm:rpc:startDaq', { dataDirectory: watched, options });
    t.match((await client.rpc('dm:rpc:stopDaq', { dataDirectory: watched })).fields, { json: /watched/u });
  } finally {
    await served.stop();
  }
});
