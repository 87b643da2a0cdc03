import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EpicsLibsError } from './epics-libs-error.js';

/** Folders of an EPICS base with pvxs, ready for a compiler, a linker and `dbLoadDatabase`. All paths are absolute. */
export interface EpicsLibraries {
  readonly origin: 'wheels' | 'site';
  /** What the user ought to know of this choice, in one line. */
  readonly notice: string | null;
  readonly includeDirs: readonly string[];
  readonly libDirs: readonly string[];
  /** Load path of .dbd files: base.dbd with all it includes, and pvxsIoc.dbd. */
  readonly dbdDirs: readonly string[];
  /** Linker names without `lib` and suffix, or exact file names with a leading colon. */
  readonly libraries: readonly string[];
  /** Value of `_GLIBCXX_USE_CXX11_ABI` that pvxs was compiled with: the Linux wheels have the old `std::string`. */
  readonly cxx11Abi: 0 | 1;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the wheels lie once installed: a folder of the checkout that git ignores. */
export const WHEELS_DIR = fileURLToPath(new URL('../../../.epics/lib', import.meta.url));

/**
 * Find EPICS: `EPICS_BASE` with `PVXS` of the site when both are set, else the wheels in the checkout. One of them alone, such as
 * the `EPICS_BASE` that hosts with EPICS export, is no wish to be built with it.
 * @throws EpicsLibsError `EPICS_LIBS_NOT_INSTALLED`, `EPICS_LIBS_SITE_INCOMPLETE`
 */
export function locateEpics(environment: Environment = process.env, wheelsDir: string = WHEELS_DIR): EpicsLibraries {
  const base = environment['EPICS_BASE'] ?? '';
  const pvxs = environment['PVXS'] ?? '';
  if (usesSite(environment)) return locateSite(base, pvxs, environment);
  const wheels = locateWheels(wheelsDir);
  if (base === '' && pvxs === '') return wheels;
  const [set, missing] = base === '' ? ['PVXS', 'EPICS_BASE'] : ['EPICS_BASE', 'PVXS'];
  const notice = `${set} is set but ${missing} is not: the pinned EPICS libraries are used; set both for the site's own`;
  return { ...wheels, notice };
}

/** Whether the environment asks for the site's own EPICS. */
export function usesSite(environment: Environment = process.env): boolean {
  return ['EPICS_BASE', 'PVXS'].every((name) => (environment[name] ?? '') !== '');
}

function locateWheels(wheelsDir: string): EpicsLibraries {
  const core = join(wheelsDir, 'epicscorelibs');
  const pvxs = join(wheelsDir, 'pvxslibs');
  const missing = [join(core, 'dbd', 'base.dbd'), join(pvxs, 'dbd', 'pvxsIoc.dbd')].find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new EpicsLibsError(
      'EPICS_LIBS_NOT_INSTALLED',
      `${missing} is missing: ${existsSync(wheelsDir) ? `remove ${dirname(wheelsDir)} and ` : ''}run "make build" to install the pinned EPICS libraries, or set EPICS_BASE and PVXS`,
    );
  }
  const isMac = process.platform === 'darwin';
  const osDir = isMac ? 'Darwin' : 'Linux';
  const compilerDir = isMac ? 'clang' : 'gcc';
  const coreInclude = join(core, 'include');
  return {
    origin: 'wheels',
    notice: null,
    includeDirs: [
      coreInclude,
      join(coreInclude, 'os', osDir),
      join(coreInclude, 'compiler', compilerDir),
      join(pvxs, 'include'),
    ],
    libDirs: [join(core, 'lib'), join(pvxs, 'lib')],
    dbdDirs: [join(core, 'dbd'), join(pvxs, 'dbd')],
    libraries: isMac
      ? ['pvxsIoc.1.5', 'pvxs.1.5', 'dbRecStd.7.0.10.99.0', 'dbCore.7.0.10.99.0', 'ca.7.0.10.99.0', 'Com.7.0.10.99.0']
      : [
          ':libpvxsIoc.so.1.5',
          ':libpvxs.so.1.5',
          ':libdbRecStd.so.7.0.10.99.0',
          ':libdbCore.so.7.0.10.99.0',
          ':libca.so.7.0.10.99.0',
          ':libCom.so.7.0.10.99.0',
        ],
    cxx11Abi: isMac ? 1 : 0,
  };
}

function locateSite(base: string, pvxs: string, environment: Environment): EpicsLibraries {
  const hostArch = environment['EPICS_HOST_ARCH'] ?? defaultHostArch();
  const osDir = process.platform === 'darwin' ? 'Darwin' : 'Linux';
  const compilerDir = process.platform === 'darwin' ? 'clang' : 'gcc';
  const needed: readonly (readonly [variable: string, file: string])[] = [
    ['EPICS_BASE', join(base, 'dbd', 'base.dbd')],
    ['EPICS_BASE', join(base, 'include', 'epicsVersion.h')],
    ['EPICS_BASE', join(base, 'lib', hostArch)],
    ['PVXS', join(pvxs, 'dbd', 'pvxsIoc.dbd')],
    ['PVXS', join(pvxs, 'include', 'pvxs', 'version.h')],
    ['PVXS', join(pvxs, 'lib', hostArch)],
  ];
  const missing = needed.find(([, file]) => !existsSync(file));
  if (missing !== undefined) {
    throw new EpicsLibsError(
      'EPICS_LIBS_SITE_INCOMPLETE',
      `${missing[0]} names an installation without ${missing[1]}: build it there, or correct ${missing[0]} (EPICS_HOST_ARCH is ${hostArch})`,
    );
  }
  return {
    origin: 'site',
    notice: null,
    includeDirs: [
      join(base, 'include'),
      join(base, 'include', 'os', osDir),
      join(base, 'include', 'compiler', compilerDir),
      join(pvxs, 'include'),
    ],
    libDirs: [join(base, 'lib', hostArch), join(pvxs, 'lib', hostArch)],
    dbdDirs: [join(base, 'dbd'), join(pvxs, 'dbd')],
    libraries: ['pvxsIoc', 'pvxs', 'dbRecStd', 'dbCore', 'ca', 'Com'],
    cxx11Abi: 1,
  };
}

function defaultHostArch(): string {
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return process.platform === 'darwin' ? `darwin-${process.arch === 'arm64' ? 'aarch64' : 'x86'}` : `linux-${arch}`;
}
