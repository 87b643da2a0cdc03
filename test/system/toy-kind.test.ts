import { resolve } from 'node:path';
import t from 'tap';
import { checkByPython, IocProcess, runProgram, temporaryDirectory } from './ioc-process.js';

const TOY_IOC = [process.execPath, resolve('build/test/system/toy-kind/toy-ioc.js')];

await t.test('a kind of slot is one folder: records, commands, tables, calls, PVI and autosave follow', async (t) => {
  const root = temporaryDirectory(t);
  for (const stage of ['first', 'second']) {
    const ioc = await IocProcess.start(root, ['slots.toy=2'], {}, TOY_IOC);
    await checkByPython(t, 'toy-kind/clients.py', [stage], ioc.clientEnvironment);
    t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
  }
});

await t.test('a kind that is not in the list has no slots', async (t) => {
  const { code, stderr } = await runProgram(TOY_IOC[0] ?? '', [...TOY_IOC.slice(1), '--set', 'slots.toys=1'], {});
  t.not(code, 0);
  t.match(stderr, /slots\.toys/u);
});
