import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PACKAGE } from './bluesky-frameworks.js';
import { checkByPython, IocProcess, temporaryDirectory } from './ioc-process.js';

const STAGES = { '01-FIRST': { command: 'sleep 1' }, '02-SECOND': { command: 'sleep 1' } };

for (const [devices, framework] of Object.entries({ ophyd: 'ophyd', pva: 'ophyd-async' })) {
  await t.test(
    `bluesky's progress bars show the stage of a job, and the files of an upload or a DAQ, with ${framework}`,
    async (t) => {
      const directory = temporaryDirectory(t);
      const workflows = join(directory, 'workflows');
      mkdirSync(workflows);
      writeFileSync(join(workflows, 'stages.json'), JSON.stringify({ stages: STAGES }));
      const ioc = await IocProcess.start(join(directory, 'dm'), [`dm.local.workflows=${workflows}`], PACKAGE);
      try {
        const environment = { ...ioc.clientEnvironment, ...PACKAGE, DM_DEVICES: devices };
        await checkByPython(t, 'bluesky_devices/progress.py', [join(directory, 'work')], environment);
      } finally {
        t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
      }
    },
  );
}
