import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installWheels } from 'epics-libs';
import t from 'tap';

/** A python that keeps its arguments and the requirements that it was given, and installs one file. */
async function fakePython(dir: string, exitCode: number): Promise<string> {
  const file = join(dir, 'python');
  const script = [
    '#!/bin/sh',
    `if [ "$3" = "--version" ]; then exit 0; fi`,
    `echo "$@" > ${join(dir, 'arguments')}`,
    'while [ $# -gt 1 ]; do',
    `  if [ "$1" = "--requirement" ]; then cp "$2" ${join(dir, 'requirements')}; fi`,
    '  if [ "$1" = "--target" ]; then echo x > "$2/installed"; fi',
    '  shift',
    'done',
    `[ ${exitCode} = 0 ] || echo "ERROR: hashes do not match" >&2`,
    `exit ${exitCode}`,
  ];
  await writeFile(file, script.join('\n'));
  await chmod(file, 0o755);
  return file;
}

await t.test('wheels are installed by hash, once', async (t) => {
  const dir = t.testdir();
  const python = await fakePython(dir, 0);
  const target = join(dir, 'epics', 'lib');
  t.equal(await installWheels(target, python), true);
  t.match(await readFile(join(dir, 'arguments'), 'utf8'), /--require-hashes/);
  t.match(await readFile(join(dir, 'requirements'), 'utf8'), /pvxslibs==[\d.]+ --hash=sha256:[0-9a-f]{64}\n/);
  t.equal(await installWheels(target, python), false, 'a second call finds them there');
});

await t.test('a failed install says why and leaves nothing behind', async (t) => {
  const dir = t.testdir();
  const python = await fakePython(dir, 1);
  const folder = join(dir, 'epics');
  await mkdir(folder);
  await t.rejects(installWheels(join(folder, 'lib'), python), {
    code: 'EPICS_LIBS_INSTALL_FAILED',
    message: /hashes do not match/,
  });
  t.same(await readdir(folder), []);
});

await t.test('a missing pip is an error that names the remedies', async (t) => {
  await t.rejects(installWheels(join(t.testdir(), 'lib'), '/nonexistent/python3'), {
    code: 'EPICS_LIBS_TOOL_MISSING',
    message: /install Python 3 with pip/,
  });
});
