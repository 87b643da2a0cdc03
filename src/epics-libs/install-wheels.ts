import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EpicsLibsError } from './epics-libs-error.js';
import { PINNED_PLATFORMS, WHEEL_PYTHON, type PinnedPlatform } from './wheels.js';

const run = promisify(execFile);

/** Names what was installed; a folder with the same text inside is complete. */
const STAMP = '.pinned';

/**
 * Install the pinned wheels with pip, checked by hash, into a folder. Does nothing when they are there already.
 * @param targetDir replaced as a whole, so that an interrupted install is never half visible
 * @returns whether something was installed
 * @throws EpicsLibsError `EPICS_LIBS_UNSUPPORTED_PLATFORM`, `EPICS_LIBS_TOOL_MISSING`, `EPICS_LIBS_INSTALL_FAILED`
 */
export async function installWheels(targetDir: string, python: string): Promise<boolean> {
  const key = `${process.platform}-${process.arch}`;
  const pinned = PINNED_PLATFORMS[key];
  if (pinned === undefined) {
    throw new EpicsLibsError(
      'EPICS_LIBS_UNSUPPORTED_PLATFORM',
      `there are no pinned EPICS libraries for ${key}: build EPICS base and pvxs yourself and set EPICS_BASE and PVXS`,
    );
  }
  const requirements = pinned.wheels
    .map((wheel) => `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
    .join('');
  if ((await readStamp(targetDir)) === requirements) {
    await shareAsParent(targetDir);
    return false;
  }
  await requirePip(python);
  await mkdir(dirname(targetDir), { recursive: true });
  const temporary = await mkdtemp(`${targetDir}.`);
  try {
    await pipInstall(python, pinned, requirements, temporary);
    await writeFile(join(temporary, STAMP), requirements);
    await shareAsParent(temporary);
    await rm(targetDir, { recursive: true, force: true });
    await rename(temporary, targetDir);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return true;
}

/** mkdtemp makes a folder for its owner alone: whoever may enter the one above it is to run the IOC, too. */
async function shareAsParent(dir: string): Promise<void> {
  const isPrivate = ((await stat(dir)).mode & 0o077) === 0;
  if (isPrivate) await chmod(dir, (await stat(dirname(dir))).mode & 0o7777);
}

async function readStamp(dir: string): Promise<string | null> {
  try {
    return await readFile(join(dir, STAMP), 'utf8');
  } catch {
    return null;
  }
}

async function requirePip(python: string): Promise<void> {
  try {
    await run(python, ['-m', 'pip', '--version']);
  } catch (error) {
    throw new EpicsLibsError(
      'EPICS_LIBS_TOOL_MISSING',
      `"${python} -m pip" doesn't run: install Python 3 with pip (Debian: python3-pip), name another with PYTHON=…, or set EPICS_BASE and PVXS`,
      { cause: error },
    );
  }
}

async function pipInstall(python: string, pinned: PinnedPlatform, requirements: string, dir: string): Promise<void> {
  const file = join(dir, 'requirements.txt');
  await writeFile(file, requirements);
  try {
    await run(python, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-warn-script-location'],
      ...['--no-deps', '--only-binary', ':all:', '--require-hashes', '--requirement', file, '--target', dir],
      ...['--python-version', WHEEL_PYTHON.version, '--implementation', WHEEL_PYTHON.implementation],
      ...['--abi', WHEEL_PYTHON.abi, ...pinned.pipPlatforms.flatMap((name) => ['--platform', name])],
    ]);
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new EpicsLibsError(
      'EPICS_LIBS_INSTALL_FAILED',
      `pip can't install the pinned EPICS libraries: ${stderr?.trim().split('\n').at(-1) ?? String(error)}`,
      { cause: error },
    );
  } finally {
    await rm(file, { force: true });
  }
}
