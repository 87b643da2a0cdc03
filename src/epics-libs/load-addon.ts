import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EpicsLibsError } from './epics-libs-error.js';
import { WHEELS_DIR } from './locate-epics.js';

/**
 * Load a native addon of a package of this workspace.
 *
 * Base must learn before it is loaded that it may not lock memory or ask for real-time threads: as root it would pin the
 * whole process in memory, and V8 aborts at exit. Its symbols are loaded globally because record types and device support
 * are looked up by name.
 * @param packageUrl `import.meta.url` of a file anywhere in the package
 * @param name file name without `.node`, in the package's build/Release
 * @throws EpicsLibsError `EPICS_LIBS_ADDON_MISSING`, `EPICS_LIBS_ADDON_BROKEN`
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller declares what its own addon exports
export function loadAddon<T>(packageUrl: string, name: string): T {
  process.env['EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING'] ??= 'NO';
  const file = join(packageRoot(packageUrl), 'build', 'Release', `${name}.node`);
  if (!existsSync(file)) {
    throw new EpicsLibsError('EPICS_LIBS_ADDON_MISSING', `${file} is missing: run "make build"`);
  }
  const module = { exports: {} };
  try {
    process.dlopen(module, file, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EpicsLibsError(
      'EPICS_LIBS_ADDON_BROKEN',
      `${file} can't be loaded (${reason}): remove ${dirname(WHEELS_DIR)} and run "make clean build"; with EPICS_BASE and PVXS set, build against the same installation`,
      { cause: error },
    );
  }
  return module.exports as T;
}

function packageRoot(url: string): string {
  let folder = dirname(fileURLToPath(url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new EpicsLibsError('EPICS_LIBS_ADDON_MISSING', `no package.json above ${url}`);
    folder = parent;
  }
  return folder;
}
