import t from 'tap';
import { checkServices } from 'dm/rest';
import { FakeDataManagement } from '../fake-data-management.js';
import { serveDm } from '../served-dm.js';

await t.test('every read-only call is tried once, and told with what came', async (t) => {
  const dm = new FakeDataManagement();
  const served = await serveDm(dm);
  t.teardown(served.close);
  await dm.experiments.add({ name: 'e' });
  await dm.daqs.start('e', '/d');
  dm.allFiles.push({ fileName: 'f', experimentFilePath: 'a/f', experimentName: 'e', fileSize: 1 });
  dm.allWorkflows.push({ name: 'w', owner: dm.owner, stages: {} });
  await dm.jobs.start(dm.owner, 'w', {});
  served.server.faults.httpStatus.listUploads = 404;
  const checks = await checkServices({ ...served.options, apsDb: served.server.urls.APS_DB });
  const of = (route: string): object => checks.find((check) => check.route === route) ?? {};
  t.match(of('getExperimentById'), { outcome: 'ok', confirmed: true, path: 'GET /dm/experimentsById/1' });
  t.match(of('getDaqInfo'), { outcome: 'ok', confirmed: false });
  t.match(of('listUploads'), { outcome: 'failed', message: /DM_URL.*not confirmed/u });
  t.match(of('getUploadInfo'), { outcome: 'skipped' });
  t.match(of('getExperimentFile'), { outcome: 'ok' });
  t.match(of('getProcessingJobById'), { outcome: 'ok', confirmed: true });
  t.match(of('getCurrentRun'), { outcome: 'skipped', message: /^Current run does not exist/u });
  t.match(of('listStationEsafs'), { outcome: 'ok', message: '0 entries' });
  t.ok(
    served.calls.every(({ method, route }) => method === 'GET' || route === null),
    'nothing is changed',
  );
  const counts = new Map<string, number>();
  for (const { route } of served.calls) if (route !== null) counts.set(route, (counts.get(route) ?? 0) + 1);
  t.ok([...counts.values()].every((count) => count === 1));
});

await t.test('services that are down are told as such, and it ends', async (t) => {
  const served = await serveDm(new FakeDataManagement());
  t.teardown(served.close);
  await served.stopServer();
  const checks = await checkServices(served.options);
  t.ok(checks.length > 10);
  t.ok(checks.every(({ outcome }) => outcome !== 'ok'));
  t.match(checks[0], { outcome: 'failed', message: /DM_COMMUNICATION.*can't be reached/u });
  await t.rejects(checkServices({ ...served.options, loginFile: '/nowhere' }), { code: 'DM_CONFIGURATION' });
});
