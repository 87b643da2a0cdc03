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
