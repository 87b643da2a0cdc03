import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t, { type Test } from 'tap';
import { freePort } from '../loopback-environment.js';
import { checkByPython, IocProcess, PYTHON, temporaryDirectory } from './ioc-process.js';

/** By which the IOC and the workflow find the frames that the plan serves. */
function framesAt(port: number): Record<string, string> {
  return {
    EPICS_PVA_BROADCAST_PORT: String(port),
    EPICS_PVA_ADDR_LIST: '127.0.0.1',
    EPICS_PVA_AUTO_ADDR_LIST: 'NO',
    PYTHONPATH: resolve('ioc/bluesky'),
  };
}

/** One plan streams frames to the workflow of the example; either side ends the stream. */
function checkPlan(t: Test, ioc: IocProcess, port: number): Promise<void> {
  return checkByPython(t, 'stream_bluesky.py', [PYTHON], {
    ...ioc.clientEnvironment,
    EPICS_PVAS_INTF_ADDR_LIST: '127.0.0.1',
    EPICS_PVAS_SERVER_PORT: '0',
    EPICS_PVAS_BROADCAST_PORT: String(port),
  });
}

await t.test(
  'a Bluesky plan streams frames to a workflow, which either side ends, and keeps what came of it',
  async (t) => {
    const port = await freePort();
    const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'), [], framesAt(port));
    try {
      await checkPlan(t, ioc, port);
    } finally {
      t.equal(await ioc.stop('SIGUSR2'), 0, 'the IOC ends well', { output: ioc.output });
    }
  },
);

await t.test("the same plan streams to a workflow that DM's web services have started", async (t) => {
  const directory = temporaryDirectory(t);
  const loginFile = join(directory, 'login');
  writeFileSync(loginFile, 'user2bm|a secret\n');
  const [port, pvaPort] = [await freePort(), await freePort()];
  const engine = await IocProcess.start(
    join(directory, 'dm'),
    ['prefix="engine:"', 'dm.local.owner=user2bm', `dm.local.serve={enabled: true, port: 0, loginFile: ${loginFile}}`],
    { ...framesAt(port), EPICS_PVA_NAME_SERVERS: `127.0.0.1:${pvaPort}` },
  );
  const url = /serving DM's protocol url=(?<url>\S+)/u.exec(engine.output)?.groups?.['url'] ?? '';
  const ioc = await IocProcess.start(
    join(directory, 'rest'),
    [
      `pva.port=${pvaPort}`,
      'dm.backend=rest',
      ...['ds', 'daq', 'cat', 'proc'].map((service) => `dm.rest.${service}=${url}`),
      'dm.rest.station=LOCAL',
      `dm.rest.loginFile=${loginFile}`,
      'dm.rest.poll={pollMs: 100, listMs: 1000, idleListMs: 2000, syncSettleMs: 500}',
    ],
    framesAt(port),
  );
  try {
    await checkPlan(t, ioc, port);
  } finally {
    t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
    t.equal(await engine.stop('SIGUSR2'), 0, 'the engine ends well', { output: engine.output });
  }
});
