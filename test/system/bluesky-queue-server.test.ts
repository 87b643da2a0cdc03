import { join } from 'node:path';
import t from 'tap';
import { PACKAGE } from './bluesky-frameworks.js';
import { checkByPython, IocProcess, temporaryDirectory } from './ioc-process.js';
import { writeWorkflows } from './write-workflows.js';

await t.test(
  'the queue server runs the ready plans, fails them with the reason, and stops them with their jobs',
  async (t) => {
    const directory = temporaryDirectory(t);
    const workflows = join(directory, 'workflows');
    writeWorkflows(workflows, {
      echo: 'echo "n is $n"',
      sleep: 'sleep "$seconds"',
      complains: 'echo "the detector file is cut" >&2; exit 3',
      talks: 'exec "$python" -u "$script"',
    });
    const ioc = await IocProcess.start(join(directory, 'dm'), [`dm.local.workflows=${workflows}`], PACKAGE);
    try {
      const environment = { ...ioc.clientEnvironment, ...PACKAGE };
      await checkByPython(t, 'bluesky_devices/queue_server.py', [join(directory, 'work')], environment);
    } finally {
      t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
    }
  },
);
