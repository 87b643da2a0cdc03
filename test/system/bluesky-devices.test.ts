import { join } from 'node:path';
import t from 'tap';
import { FRAMEWORKS, PACKAGE, workflows } from './bluesky-frameworks.js';
import { checkByPython, IocProcess, PYTHON, runProgram, temporaryDirectory } from './ioc-process.js';

const SCRIPTS = {
  operations: 'devices do what DM can do in plans, and fail them with the whole reason',
  interruptions: 'what ends a plan ends its job, a pause does not, and the same plan runs again at once',
  outlines: 'the ready plans do the outlines of the mission, with files and with streams',
} as const;

for (const [devices, framework] of Object.entries(FRAMEWORKS)) {
  const variables = { ...PACKAGE, DM_DEVICES: devices };

  for (const [script, title] of Object.entries(SCRIPTS)) {
    await t.test(`with ${framework}, ${title}`, async (t) => {
      const directory = temporaryDirectory(t);
      const ioc = await IocProcess.start(join(directory, 'dm'), [workflows(directory)], PACKAGE);
      try {
        const environment = { ...ioc.clientEnvironment, ...variables };
        await checkByPython(t, `bluesky_devices/${script}.py`, [join(directory, 'work')], environment);
      } finally {
        t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
      }
    });
  }
}

await t.test(
  'devices end what they have started and nothing else, whatever happens between two looks at a slot',
  async (t) => {
    await checkByPython(t, 'bluesky_devices/races.py', [], PACKAGE);
  },
);

await t.test('the workflow side of a stream needs nothing of Bluesky', async (t) => {
  const code = 'import sys; sys.modules.update(ophyd=None, epics=None, bluesky=None); import dm_ioc.stream';
  const { code: exit, stderr } = await runProgram(PYTHON, ['-c', code], PACKAGE);
  t.equal(exit, 0, 'it is imported without', { stderr });
});
