import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkByPython, IocProcess, temporaryDirectory } from './ioc-process.js';

await t.test('ophyd-async connects to all PVs by PVI and runs a job', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  try {
    await checkByPython(t, 'ophyd_async_devices.py', [], ioc.clientEnvironment);
  } finally {
    t.equal(await ioc.stop(), 0, 'SIGTERM ends the IOC with exit code 0', { output: ioc.output });
  }
});

await t.test('ophyd-async reads every table of an IOC that has nothing to show yet', async (t) => {
  const directory = temporaryDirectory(t);
  const workflows = join(directory, 'workflows');
  mkdirSync(workflows);
  const settings = ['dm.local.experiments=[]', `dm.local.workflows=${workflows}`];
  const ioc = await IocProcess.start(join(directory, 'dm'), settings);
  try {
    await checkByPython(t, 'ophyd_async_devices.py', ['tables'], ioc.clientEnvironment);
  } finally {
    await ioc.stop();
  }
});
