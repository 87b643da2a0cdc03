import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { ApsDb, RestDataManagement } from 'dm/rest';
import { FakeDataManagement } from '../fake-data-management.js';
import { serveDm } from '../served-dm.js';

await t.test('there is no APS database unless its service is configured', async (t) => {
  const served = await serveDm(new FakeDataManagement());
  t.teardown(served.close);
  t.equal(served.client.apsDb, null);
});

await t.test('our own server knows the calls, has no ESAF, proposal or run, and says so', async (t) => {
  const served = await serveDm(new FakeDataManagement());
  const client = new RestDataManagement({ ...served.options, apsDb: served.server.urls.APS_DB, beamline: '25-ID-C' });
  t.teardown(async () => {
    await client.close();
    await served.close();
  });
  const { apsDb } = client;
  if (!(apsDb instanceof ApsDb)) throw new Error('no APS database');
  t.same(await apsDb.listStationEsafs(2026), []);
  t.same(await apsDb.listStationProposals('2025-1'), []);
  await t.rejects(apsDb.getStationEsafById(285221), { code: 'DM_OBJECT_NOT_FOUND', message: /ESAF 285221/u });
  await t.rejects(apsDb.getStationProposalById(80123, '2025-1'), {
    code: 'DM_OBJECT_NOT_FOUND',
    message: /Proposal 80123/u,
  });
  await t.rejects(apsDb.getCurrentRun(), { code: 'DM_OBJECT_NOT_FOUND' });
  const reason = new Error('enough');
  await t.rejects(apsDb.getCurrentRun({ signal: AbortSignal.abort(reason) }), reason);
});

await t.test('the current run and odd objects are understood; an object without its id is refused', async (t) => {
  const seen: string[] = [];
  let response: unknown;
  const http = createServer((request, reply) => {
    if (request.url === '/dm/login') {
      reply.setHeader('set-cookie', 'session_id=1').end();
      return;
    }
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    reply.end(JSON.stringify(response));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const apsDbUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const served = await serveDm(new FakeDataManagement());
  const client = new RestDataManagement({ ...served.options, apsDb: apsDbUrl });
  t.teardown(async () => {
    await client.close();
    await served.close();
    http.close();
  });
  const { apsDb } = client;
  if (apsDb === null) throw new Error('no APS database');
  for (const run of [
    { runId: 1, runName: '2025-1', startTime: '2025-01-28 08:00:00', endTime: '2025-04-22 08:00:00' },
    { name: '2025-1', startTime: '2025-01-28 08:00:00', endTime: '2025-04-22 08:00:00', another: true },
  ]) {
    response = run;
    t.same(await apsDb.getCurrentRun(), run);
    t.equal(seen.pop(), 'GET /dm/bss/runs/current');
  }
  response = { esafId: '285221', esafTitle: null, sector: 25, experimentUsers: [{ badge: 64944, email: null }] };
  t.same(await apsDb.getStationEsafById('285221'), {
    esafId: '285221',
    sector: 25,
    experimentUsers: [{ badge: 64944 }],
  });
  response = { title: 'A proposal' };
  await t.rejects(apsDb.getStationProposalById(80123, '2025-1'), {
    code: 'DM_INTERNAL',
    message: /getStationProposalById.*\bid\b/u,
  });
});
