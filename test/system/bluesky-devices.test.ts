import { createLocalDataManagement } from 'dm';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { CA_SEARCH } from './ca-search.js';
import { checkByPython, IocProcess, PROGRAM, PYTHON, runProgram, temporaryDirectory } from './ioc-process.js';
import { controlNetworks } from './network-control.js';
import { Network } from './network.js';
import { PVA_SEARCH } from './pva-search.js';
import { startServedIoc } from './served-ioc.js';

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
  talks: `
stages:
  01-STREAM: { command: 'exec "$python" -u "$script"' }`,
  gated: `
stages:
  01-WAIT:
    command: 'until [ -e "$gate" ]; do sleep 0.1; done; [ "$end" = 0 ] || echo "the gate is broken" >&2; exit "$end"'`,
} as const;

const SCRIPTS = {
  operations: 'devices do what DM can do in plans, and fail them with the whole reason',
  interruptions: 'what ends a plan ends its job, a pause does not, and the same plan runs again at once',
  outlines: 'the ready plans do the outlines of the mission, with files and with streams',
} as const;

/** The directory of workflows for one test. */
function workflowsIn(directory: string): string {
  const folder = join(directory, 'workflows');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(WORKFLOWS)) writeFileSync(join(folder, `${name}.yaml`), text);
  return folder;
}

/** The same, as a setting. */
function workflows(directory: string): string {
  return `dm.local.workflows=${workflowsIn(directory)}`;
}

const PACKAGE = { PYTHONPATH: resolve('ioc/bluesky') };

/** The frameworks that the same devices are of, as `checks.py` takes them. */
const FRAMEWORKS = { ophyd: 'ophyd', pva: 'ophyd-async over PVAccess', ca: 'ophyd-async over Channel Access' } as const;

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

  await t.test(
    `with ${framework}, a job outlives its IOC, and the status that waits for it ends as the job does`,
    async (t) => {
      const directory = temporaryDirectory(t);
      const args = [join(directory, 'dm'), PROGRAM, workflows(directory)];
      await checkByPython(t, 'bluesky_devices/outages.py', args, variables);
    },
  );
}

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

await t.test(
  'a plan with our DM_WorkflowConnector waits for its job over a restart of the IOC, and ends as the job does',
  async (t) => {
    const directory = temporaryDirectory(t);
    const args = [join(directory, 'dm'), PROGRAM, workflows(directory)];
    await checkByPython(t, 'bluesky_devices/connector_outages.py', args, PACKAGE);
  },
);

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
