import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ServiceHealth } from 'dm';
import { RestDataManagement } from 'dm/rest';
import { BigService } from '../big-service.js';

const SELDOM_MS = 600_000;

async function until(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A client that polls nothing for a long time once it is connected. */
async function idle(t: Test, probeMs: number): Promise<{ service: BigService; client: RestDataManagement }> {
  const service = new BigService({ nJobs: 10, nActive: 0 });
  const url = await service.listen();
  const loginFile = join(t.testdir({}), 'login');
  await writeFile(loginFile, 'user2bm|secret\n');
  const client = new RestDataManagement({
    ds: url,
    daq: url,
    cat: url,
    proc: url,
    station: '25IDC',
    loginFile,
    retry: { firstDelayMs: 10 },
    timeouts: { readMs: SELDOM_MS, listMs: SELDOM_MS },
    poll: { listMs: SELDOM_MS, idleListMs: SELDOM_MS, probeMs },
  });
  t.teardown(async () => {
    await client.close();
    await service.close();
  });
  await client.start();
  await until(() => client.health().every(({ connected }) => connected));
  await until(() => ['experiments', 'workflows', 'daqs', 'jobs'].every((call) => service.counts.has(call as 'jobs')));
  return { service, client };
}

for (const behaviour of ['cuts', 'hangs'] as const) {
  await t.test(
    `while nothing is asked for, a service that ${behaviour} shows by the cheapest call, and so does its return`,
    async (t) => {
      const { service, client } = await idle(t, 400);
      service.settings.behaviour = behaviour;
      const before = service.asked.length;
      await until(() => client.health().every(({ connected }) => !connected));
      t.same(
        service.asked.slice(before).filter((call) => call !== 'serviceStatus'),
        [],
      );
      t.match(client.health()[0], { lastError: behaviour === 'cuts' ? /was lost/u : /no reply within 0.2 s/u });
      service.settings.behaviour = 'answers';
      await until(() => client.health().every(({ connected }) => connected));
      t.equal(service.count('login').requests, 4, 'the sessions are still good');
    },
  );
}

await t.test('calls that a silent service never answered are sent again when it is back', async (t) => {
  const { service, client } = await idle(t, 400);
  const calls = ['experiments', 'workflows', 'daqs', 'jobs'] as const;
  client.setPollPeriods({ listMs: 20, idleListMs: 20 });
  service.settings.behaviour = 'hangs';
  await until(() => client.health().every(({ connected }) => !connected));
  service.settings.behaviour = 'answers';
  const before = calls.map((call) => service.count(call).requests);
  await until(() => calls.every((call, index) => service.count(call).requests > (before[index] ?? 0)));
  t.pass('long before their time limits');
});

await t.test('one call whose reply is lost is no outage: the service is looked for, and answers', async (t) => {
  const { service, client } = await idle(t, 20_000);
  const told: ServiceHealth[] = [];
  client.changes.on('service', (health) => told.push(health));
  const probes = service.count('status').requests;
  // A read over a kept connection is repeated on a fresh one before it counts as lost.
  service.settings.nLost = 2;
  t.match(await client.jobs.get('user2bm', service.jobs[0]?.id ?? ''), { status: 'done' });
  await until(() => told.some(({ lastError }) => lastError !== null));
  t.match(told, [{ service: 'PROC', connected: true, lastError: /was lost/u }]);
  await until(() => service.count('status').requests > probes);
  t.ok(client.health().every(({ connected }) => connected));
});

await t.test('calls that go on failing are an outage, though something answers', async (t) => {
  const { service, client } = await idle(t, 20_000);
  service.settings.nLost = Infinity;
  let failed = 0;
  while (client.health().some(({ service: name, connected }) => name === 'PROC' && connected)) {
    await client.jobs.get('user2bm', 'any').catch(() => (failed += 1));
  }
  t.ok(failed > 1, `${failed} calls failed`);
  service.settings.nLost = 0;
  await client.jobs.list('user2bm', { limit: 5 });
  t.match(client.health()[3], { service: 'PROC', connected: true });
});
