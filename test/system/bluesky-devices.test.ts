import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { checkByPython, IocProcess, temporaryDirectory } from './ioc-process.js';

const WORKFLOWS = {
  variables: `
stages:
  01-ECHO: { command: 'echo "found=$n"', outputVariableRegexList: ['found=(?P<found>.*)'] }`,
  complains: `
stages:
  01-OK: { command: echo fine }
  02-FAIL: { command: 'echo "reads the file" >&2; echo "the detector file is cut" >&2; exit 3' }`,
  sleep: `
stages:
  01-SLEEP: { command: 'sleep "$seconds"' }`,
} as const;

const SCRIPTS = {
  operations: 'devices do what DM can do in plans, and fail them with the whole reason',
} as const;

for (const [script, title] of Object.entries(SCRIPTS)) {
  await t.test(title, async (t) => {
    const directory = temporaryDirectory(t);
    const workflows = join(directory, 'workflows');
    mkdirSync(workflows);
    for (const [name, text] of Object.entries(WORKFLOWS)) writeFileSync(join(workflows, `${name}.yaml`), text);
    const ioc = await IocProcess.start(join(directory, 'dm'), [`dm.local.workflows=${workflows}`]);
    try {
      await checkByPython(t, `bluesky_devices/${script}.py`, [join(directory, 'work')], {
        ...ioc.clientEnvironment,
        PYTHONPATH: resolve('ioc/bluesky'),
      });
    } finally {
      t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
    }
  });
}
