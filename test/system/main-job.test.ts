import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkByPython, IocProcess, temporaryDirectory } from './ioc-process.js';

const CLIENTS = {
  bluesky: 'a Bluesky RunEngine with plain EpicsSignals does the file-based outline',
  ca: 'Channel Access puts with completion do the same, and failures reach the client',
  pva: 'PVAccess puts with block do the same, and failures reach the client',
} as const;

for (const [client, title] of Object.entries(CLIENTS)) {
  await t.test(title, async (t) => {
    const directory = temporaryDirectory(t);
    const ioc = await IocProcess.start(join(directory, 'dm'));
    try {
      await checkByPython(t, 'main_job', [client, ioc.root, join(directory, 'work')], ioc.clientEnvironment);
    } finally {
      t.equal(await ioc.stop(), 0, 'SIGTERM ends the IOC with exit code 0', { output: ioc.output });
    }
  });
}

await t.test("the same Bluesky plans drive DM's web services with backend rest", async (t) => {
  const directory = temporaryDirectory(t);
  const loginFile = join(directory, 'login');
  writeFileSync(loginFile, 'user2bm|a secret\n');
  const engine = await IocProcess.start(join(directory, 'dm'), [
    'prefix="engine:"',
    'dm.local.owner=user2bm',
    'dm.local.serve.enabled=true',
    'dm.local.serve.port=0',
    `dm.local.serve.loginFile=${loginFile}`,
  ]);
  const url = /serving DM's protocol url=(?<url>\S+)/u.exec(engine.output)?.groups?.['url'] ?? '';
  const services = ['ds', 'daq', 'cat', 'proc'].map((service) => `dm.rest.${service}=${url}`);
  const ioc = await IocProcess.start(join(directory, 'rest'), [
    'dm.backend=rest',
    ...services,
    'dm.rest.station=LOCAL',
    `dm.rest.loginFile=${loginFile}`,
    'dm.rest.poll={pollMs: 100, listMs: 1000, idleListMs: 2000, syncSettleMs: 500}',
  ]);
  try {
    await checkByPython(t, 'main_job', ['bluesky', engine.root, join(directory, 'work')], ioc.clientEnvironment);
  } finally {
    t.equal(await ioc.stop(), 0, 'SIGTERM ends the IOC with exit code 0', { output: ioc.output });
    t.equal(await engine.stop(), 0, 'SIGTERM ends the engine with exit code 0');
    t.notMatch(ioc.output + engine.output, /a secret/u, 'no password is logged');
  }
});
