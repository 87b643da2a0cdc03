import t from 'tap';
import { loopbackEnvironment } from '../loopback-environment.js';
import { PACKAGE } from './bluesky-frameworks.js';
import { checkByPython, PYTHON, runProgram } from './ioc-process.js';

await t.test('where no IOC is, a plan fails and says where it was looked for; a forgotten plan warns', async (t) => {
  await checkByPython(t, 'bluesky_devices/no_ioc.py', [], { ...(await loopbackEnvironment()), ...PACKAGE });
});

/** What is missing, and what is asked for nevertheless. */
const MISSING = {
  'from dm_ioc import Dm': ['ophyd', 'ophyd'],
  'from dm_ioc import plans': ['bluesky', 'ophyd'],
  'from dm_ioc import DatasetPublisher': ['epics', 'ophyd'],
  'from dm_ioc import DM_WorkflowConnector': ['ophyd', 'ophyd'],
  'from dm_ioc.apstools import dm_upload': ['bluesky', 'ophyd'],
  'from dm_ioc.async_devices import Dm': ['aioca', 'ophyd-async'],
} as const;

for (const [statement, [missing, extra]] of Object.entries(MISSING)) {
  await t.test(`without ${missing}, "${statement}" says what to install`, async (t) => {
    const code = `import sys; sys.modules["${missing}"] = None\n${statement}`;
    const { code: exit, stderr } = await runProgram(PYTHON, ['-c', code], PACKAGE);
    t.equal(exit, 1);
    t.match(
      stderr,
      new RegExp(`ModuleNotFoundError: .*${missing}.*: python3 -m pip install 'dm-ioc-bluesky\\[${extra}\\]'`, 'u'),
    );
  });
}
