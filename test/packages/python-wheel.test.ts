import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { cleanEnvironment, IocProcess, PYTHON, runProgram, temporaryDirectory } from '../system/ioc-process.js';

const FIRST_MINUTES = `
from bluesky import RunEngine
from dm_ioc import Dm, plans
import dm_ioc

RE, dm = RunEngine({}), Dm("dm:", name="dm")
RE(plans.run_workflow(dm, "example-01", "/etc/hostname"))
print(dm.workflow[1].status.get(), "site-packages" in dm_ioc.__file__)
`;

await t.test('the wheel, in an empty environment, has all that a plan and a workflow need', async (t) => {
  const directory = temporaryDirectory(t);
  const python = join(directory, 'venv/bin/python');
  const run = async (program: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runProgram(program, args, {});
    t.equal(code, 0, args.slice(0, 4).join(' '), { stderr });
    return stdout;
  };
  await run(PYTHON, '-m', 'pip', 'wheel', '--quiet', '--no-deps', '--wheel-dir', directory, resolve('ioc/bluesky'));
  const [wheel = ''] = readdirSync(directory).filter((name) => name.endsWith('.whl'));
  t.match(wheel, /^dm_ioc_bluesky-\d+\.\d+\.\d+-py3-none-any\.whl$/u);
  const files = (await run(PYTHON, '-m', 'zipfile', '--list', join(directory, wheel))).split('\n');
  const names = files.map((line) => line.split(' ')[0] ?? '');
  t.ok(names.includes('dm_ioc/py.typed'), 'its types are known to users');
  t.ok(
    names.some((name) => name.endsWith('/licenses/LICENSE')),
    'the licence is there',
  );
  t.strictSame(
    names.filter((name) => !/^(?:File|dm_ioc[/_]|$)/u.test(name) || /tests?[_/]|_test|__pycache__/u.test(name)),
    [],
    'and nothing but the package, without tests',
  );
  await run(PYTHON, '-m', 'venv', join(directory, 'venv'));
  await run(python, '-m', 'pip', 'install', '--quiet', `${join(directory, wheel)}[ophyd]`);
  await run(python, '-m', 'pip', 'check');
  t.match(await run(python, '-m', 'dm_ioc.stream', '--help'), /usage: /u, 'the workflow side of a stream in a shell');

  const ioc = await IocProcess.start(join(directory, 'dm'));
  try {
    const environment = { ...cleanEnvironment(), ...ioc.clientEnvironment };
    const { code, stdout, stderr } = await runProgram(python, ['-c', FIRST_MINUTES], environment);
    t.match({ code, stdout }, { code: 0, stdout: /^Done True$/mu }, 'a plan runs a workflow', { stderr });
  } finally {
    t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
  }
});
