import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
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

await t.test(
  'who may enter the folder above the libraries may use them, also after an install that kept them private',
  async (t) => {
    const dir = t.testdir();
    const python = await fakePython(dir, 0);
    for (const [folder, mode] of [
      ['shared', 0o755],
      ['group', 0o750],
      ['private', 0o700],
    ] as const) {
      const target = join(dir, folder, 'lib');
      await mkdir(join(dir, folder));
      await chmod(join(dir, folder), mode);
      const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
      await installWheels(target, python);
      t.equal(await modeOf(target), mode);
      await chmod(target, 0o700);
      t.equal(await installWheels(target, python), false);
      t.equal(await modeOf(target), mode);
    }
  },
);

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
