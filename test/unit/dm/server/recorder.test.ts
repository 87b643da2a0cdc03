import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { createRouteTable, encodeJson, encodeText } from 'dm';
import { RestDataManagement } from 'dm/rest';
import { createRecorder, RECORDER_MARKERS, type Recorder } from 'dm/server';
import { Agent } from 'undici';
import { FakeDataManagement } from '../fake-data-management.js';
import { serveDm } from '../served-dm.js';
import { createTestCertificate } from '../test-certificate.js';

const certificate = await createTestCertificate();
const marker = (name: keyof typeof RECORDER_MARKERS): string => encodeText(RECORDER_MARKERS[name]);

interface Peer {
  recorder: Recorder;
  send: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: string) => Promise<unknown>;
}

async function record(t: Test): Promise<Peer> {
  const ports = { DS: 0, DAQ: 0, CAT: 0, PROC: 0, APS_DB: 0 };
  const recorder = await createRecorder({ ports, tls: certificate, station: '25IDC' });
  const agent = new Agent({ connect: { ca: certificate.cert } });
  t.teardown(async () => {
    await agent.close();
    await recorder.close();
  });
  return {
    recorder,
    send: async (method, url, body) => {
      const { origin } = new URL(url);
      const headers = { cookie: 'session_id=very-secret', 'content-type': 'html' };
      const reply = await agent.request({
        origin,
        path: url.slice(origin.length),
        method,
        headers,
        body: body ?? null,
      });
      const text = await reply.body.text();
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
  };
}

await t.test('a path that differs from ours is recorded, answered and proposed as an override', async (t) => {
  const { recorder, send } = await record(t);
  const { DAQ, PROC, CAT } = recorder.urls;
  await send('POST', `${PROC}/dm/login`, 'username=s25idcuser&password=top-secret');
  const dir = marker('dataDirectory').replaceAll("'", '%27');
  const answer = await send('PUT', `${DAQ}/dm/daqs/stopDaq/${marker('experimentName')}/${dir}`);
  t.match(answer, { experimentName: 'recorder-experiment', dataDirectory: '/recorder/data', status: 'running' });
  t.match(await send('GET', `${DAQ}/dm/uploads/listUploads?status=any`), [{ status: 'running' }]);
  await send('POST', `${PROC}/dm/processingJobs/s25idcuser/stopProcessingJob?id=${RECORDER_MARKERS.id}`);
  await send(
    'GET',
    `${CAT}/dm/filesByExperiment/getExperimentFile/${marker('experimentName')}/${marker('experimentFilePath')}`,
  );
  await send(
    'POST',
    `${DAQ}/dm/experimentsByName/${marker('experimentName')}/upload/${dir}?taskInfo=${encodeJson({})}`,
  );
  await send('GET', `${DAQ}/dm/somethingElse`);
  const proposed = recorder.proposedRoutes();
  t.same(proposed, {
    stopDaq: 'PUT /daqs/stopDaq/{E(experimentName)}/{E(dataDirectory)}',
    listUploads: 'GET /uploads/listUploads?status={status}',
    stopProcessingJob: 'POST /processingJobs/{owner}/stopProcessingJob?id={id}',
    getExperimentFile: 'GET /filesByExperiment/getExperimentFile/{E(experimentName)}/{E(experimentFilePath)}',
  });
  t.doesNotThrow(() => createRouteTable(proposed));
  const yaml = recorder.toYaml();
  t.same(parse(yaml), { dm: { rest: { routes: proposed } } });
  t.match(yaml, /# As expected: upload\n# Not seen yet: .*clearDaq/u);
  t.match(yaml, /# Not understood: DAQ GET \/somethingElse/u);
  const everything = yaml + JSON.stringify(recorder.calls);
  t.notMatch(everything, /secret/u);
});

await t.test('our own client finds nothing to correct, and its calls are recognised', async (t) => {
  const { recorder } = await record(t);
  const { DS, DAQ, CAT, PROC, APS_DB } = recorder.urls;
  const served = await serveDm(new FakeDataManagement());
  t.teardown(served.close);
  const client = new RestDataManagement({
    ...served.options,
    ds: DS,
    daq: DAQ,
    cat: CAT,
    proc: PROC,
    apsDb: APS_DB,
    tls: { verify: false },
  });
  t.teardown(() => client.close());
  await client.experiments.list();
  await client.daqs.start('recorder-experiment', '/other');
  await client.daqs.stop('recorder-experiment', '/recorder/data');
  const { id } = await client.uploads.start('e', '/d');
  await client.uploads.stop(id);
  await client.catalog.getFile('e', 'a/b');
  await client.catalog.listFiles('e', { skip: 0, limit: 1 });
  await client.catalog.addDataset({ experimentName: 'e', datasetName: 'd' });
  await client.workflows.list('me');
  const job = await client.jobs.start('me', 'w', { a: 1 });
  await client.jobs.get('me', job.id);
  await client.jobs.list('me', { limit: 1 });
  const atBeamline = new RestDataManagement({
    ...served.options,
    apsDb: APS_DB,
    beamline: '25-ID-C',
    tls: { verify: false },
  });
  t.teardown(() => atBeamline.close());
  t.match(await atBeamline.apsDb?.listStationEsafs(2026), [{ esafTitle: 'recorder' }], 'of a beamline');
  t.match(await client.apsDb?.listStationEsafs(2026), [{ esafTitle: 'recorder' }]);
  t.match(await client.apsDb?.getStationEsafById(1), { esafTitle: 'recorder' });
  t.match(await client.apsDb?.listStationProposals('2025-1'), [{ title: 'recorder' }]);
  t.match(await client.apsDb?.getStationProposalById(1, '2025-1'), { title: 'recorder' });
  t.same(await client.apsDb?.getCurrentRun(), {});
  t.ok(recorder.calls.every(({ route, template }) => route !== null && template !== null));
  t.same(recorder.proposedRoutes(), {});
});
