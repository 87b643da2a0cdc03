import { join } from 'node:path';
import t from 'tap';
import { FRAMEWORKS, PACKAGE, workflows } from './bluesky-frameworks.js';
import { checkByPython, PROGRAM, temporaryDirectory } from './ioc-process.js';

for (const [devices, framework] of Object.entries(FRAMEWORKS)) {
  await t.test(
    `with ${framework}, a job outlives its IOC, and the status that waits for it ends as the job does`,
    async (t) => {
      const directory = temporaryDirectory(t);
      const args = [join(directory, 'dm'), PROGRAM, workflows(directory)];
      await checkByPython(t, 'bluesky_devices/outages.py', args, { ...PACKAGE, DM_DEVICES: devices });
    },
  );
}

await t.test(
  'a plan with our DM_WorkflowConnector waits for its job over a restart of the IOC, and ends as the job does',
  async (t) => {
    const directory = temporaryDirectory(t);
    const args = [join(directory, 'dm'), PROGRAM, workflows(directory)];
    await checkByPython(t, 'bluesky_devices/connector_outages.py', args, PACKAGE);
  },
);
