import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { locateEpics } from 'epics-libs';
import t from 'tap';

async function tree(root: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), '');
  }
}

const BASE = ['dbd/base.dbd', 'include/epicsVersion.h', 'lib/linux-x86_64/libCom.so'];
const WHEELS = [
  'lib/epicscorelibs/dbd/base.dbd',
  'lib/epicscorelibs/include/epicsVersion.h',
  'lib/epicscorelibs/lib/libCom.so',
  'lib/pvxslibs/dbd/pvxsIoc.dbd',
  'lib/pvxslibs/include/pvxs/version.h',
  'lib/pvxslibs/lib/libpvxs.so',
];
const PVXS = ['dbd/pvxsIoc.dbd', 'include/pvxs/version.h', 'lib/linux-x86_64/libpvxs.so'];

await t.test('the wheels of the checkout are found when no site is named', async (t) => {
  const root = t.testdir();
  await tree(root, WHEELS);
  const epics = locateEpics({}, join(root, 'lib'));
  t.equal(epics.origin, 'wheels');
  t.ok(epics.includeDirs.length > 0 && epics.libDirs.length === 2 && epics.dbdDirs.length === 2);
  t.equal(epics.cxx11Abi, process.platform === 'darwin' ? 1 : 0);
});

await t.test('wheels that are not installed are an error that says how to install them', (t) => {
  t.throws(() => locateEpics({}, join(t.testdirName, 'nothing')), {
    code: 'EPICS_LIBS_NOT_INSTALLED',
    message: /make build.*EPICS_BASE and PVXS/,
  });
  const incomplete = join(t.testdir({ lib: {} }), 'lib');
  t.throws(() => locateEpics({}, incomplete), {
    code: 'EPICS_LIBS_NOT_INSTALLED',
    message: new RegExp(`remove ${dirname(incomplete)} and run "make build"`),
  });
  t.end();
});

await t.test('EPICS_BASE with PVXS wins over the wheels', async (t) => {
  const root = t.testdir();
  await tree(join(root, 'base'), BASE);
  await tree(join(root, 'pvxs'), PVXS);
  const epics = locateEpics({
    EPICS_BASE: join(root, 'base'),
    PVXS: join(root, 'pvxs'),
    EPICS_HOST_ARCH: 'linux-x86_64',
  });
  t.equal(epics.origin, 'site');
  t.equal(epics.notice, null);
  t.same(epics.libDirs, [join(root, 'base/lib/linux-x86_64'), join(root, 'pvxs/lib/linux-x86_64')]);
});

await t.test(
  'EPICS_BASE or PVXS alone is no wish to be built with it: the wheels are taken, and that is said',
  async (t) => {
    const root = t.testdir();
    await tree(root, WHEELS);
    const wheels = locateEpics({}, join(root, 'lib'));
    t.equal(wheels.notice, null);
    for (const environment of [
      { EPICS_BASE: '/opt/base' },
      { EPICS_BASE: '/opt/base', PVXS: '' },
      { PVXS: '/opt/pvxs' },
    ]) {
      const { notice, ...epics } = locateEpics(environment, join(root, 'lib'));
      t.same({ ...epics, notice: null }, wheels);
      const [set, missing] = 'EPICS_BASE' in environment ? ['EPICS_BASE', 'PVXS'] : ['PVXS', 'EPICS_BASE'];
      t.equal(
        notice,
        `${set} is set but ${missing} is not: the pinned EPICS libraries are used; set both for the site's own`,
      );
    }
  },
);

await t.test('a site without pvxs headers is an error that names the file', async (t) => {
  const root = t.testdir();
  await tree(join(root, 'base'), BASE);
  await tree(join(root, 'pvxs'), ['dbd/pvxsIoc.dbd']);
  t.throws(
    () => locateEpics({ EPICS_BASE: join(root, 'base'), PVXS: join(root, 'pvxs'), EPICS_HOST_ARCH: 'linux-x86_64' }),
    { code: 'EPICS_LIBS_SITE_INCOMPLETE', message: /PVXS names an installation without .*version\.h/ },
  );
});
