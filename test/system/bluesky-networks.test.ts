import { createLocalDataManagement } from 'dm';
import { join } from 'node:path';
import t from 'tap';
import { FRAMEWORKS, PACKAGE, workflows, workflowsIn } from './bluesky-frameworks.js';
import { CA_SEARCH } from './ca-search.js';
import { checkByPython, IocProcess, temporaryDirectory } from './ioc-process.js';
import { controlNetworks } from './network-control.js';
import { Network } from './network.js';
import { PVA_SEARCH } from './pva-search.js';
import { startServedIoc } from './served-ioc.js';

for (const [devices, framework] of Object.entries(FRAMEWORKS)) {
  await t.test(
    `with ${framework}, a network that is lost and comes back loses no job, and no failure of one`,
    async (t) => {
      const directory = temporaryDirectory(t);
      const ioc = await IocProcess.start(join(directory, 'dm'), [workflows(directory)], PACKAGE);
      const overCa = await Network.start(t, CA_SEARCH, ioc.caPort);
      const overPva = await Network.start(t, PVA_SEARCH, ioc.searchPort);
      const environment = {
        ...overCa.clientEnvironment,
        ...overPva.clientEnvironment,
        ...(await controlNetworks(t, [overCa, overPva])),
        // A connection that is silent is given up after so many seconds.
        EPICS_CA_CONN_TMO: '2',
        EPICS_PVA_CONN_TMO: '2',
        DM_DEVICES: devices,
        ...PACKAGE,
      };
      try {
        await checkByPython(t, 'bluesky_devices/cut_network.py', [join(directory, 'gate')], environment);
      } finally {
        t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
      }
    },
  );
}

for (const [devices, framework] of Object.entries(FRAMEWORKS)) {
  await t.test(
    `with ${framework}, a DM that goes away and comes back loses no job, and no failure of one`,
    async (t) => {
      const directory = temporaryDirectory(t);
      const options = { root: join(directory, 'engine'), workflowsDirectory: workflowsIn(directory), owner: 'user2bm' };
      const served = await startServedIoc(t, [], await createLocalDataManagement(options));
      const isDown = (down: boolean) => (): void => {
        served.server.faults.down = down;
      };
      const service = { cut: isDown(true), silence: isDown(true), restore: isDown(false) };
      const control = await controlNetworks(t, [service]);
      try {
        const environment = { ...served.ioc.clientEnvironment, ...control, DM_DEVICES: devices, ...PACKAGE };
        await checkByPython(t, 'bluesky_devices/dm_outage.py', [join(directory, 'gate')], environment);
      } finally {
        await served.stop();
      }
    },
  );
}
