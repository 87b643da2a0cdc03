import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import t from 'tap';
import { checkByPython, IocProcess, temporaryDirectory } from './ioc-process.js';

/** apstools' reports need a description. */
const WORKFLOWS = {
  variables: `
description: for the test
stages:
  01-ECHO: { command: 'echo "found=$n"', outputVariableRegexList: ['found=(?P<found>.*)'] }`,
  complains: `
description: for the test
stages:
  01-FAIL: { command: 'echo "the detector file is cut" >&2; exit 3' }`,
  sleep: `
description: for the test
stages:
  01-SLEEP: { command: 'sleep "$seconds"' }`,
} as const;

/** Of Python: our package, what the scripts share, and the stand-in for the package `dm`, which apstools needs. */
const PYTHONPATH = ['ioc/bluesky', 'test/system/bluesky_devices', 'test/system/apstools_plans/stand_in']
  .map((path) => resolve(path))
  .join(delimiter);

const SCRIPTS = {
  connectors: "plans run the same with ours in place of apstools' DM_WorkflowConnector, and without its seven defects",
  functions: "plans do over PVs what apstools' functions for DM do over its web services",
} as const;

for (const [script, title] of Object.entries(SCRIPTS)) {
  await t.test(title, async (t) => {
    const directory = temporaryDirectory(t);
    const folder = join(directory, 'workflows');
    mkdirSync(folder);
    for (const [name, text] of Object.entries(WORKFLOWS)) writeFileSync(join(folder, `${name}.yaml`), text);
    const loginFile = join(directory, 'login');
    writeFileSync(loginFile, 'user2bm|a secret\n');
    const ioc = await IocProcess.start(join(directory, 'dm'), [
      `dm.local.workflows=${folder}`,
      'dm.local.owner=user2bm',
      `dm.local.serve={enabled: true, port: 0, loginFile: ${loginFile}}`,
    ]);
    try {
      const url = /serving DM's protocol url=(?<url>\S+)/u.exec(ioc.output)?.groups?.['url'] ?? '';
      const setupFile = join(directory, 'dm.setup.sh');
      const services = ['DS', 'DAQ', 'CAT', 'PROC'].map((name) => `export DM_${name}_WEB_SERVICE_URL=${url}`);
      const lines = [...services, 'export DM_STATION_NAME=LOCAL', `export DM_LOGIN_FILE=${loginFile}`];
      writeFileSync(setupFile, `${lines.join('\n')}\n`);
      const environment = { ...ioc.clientEnvironment, PYTHONPATH, MPLBACKEND: 'agg', HOME: directory };
      await checkByPython(t, `apstools_plans/${script}.py`, [setupFile, join(directory, 'work')], environment);
    } finally {
      t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
    }
  });
}
