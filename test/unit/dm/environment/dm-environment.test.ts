import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { hasDmServices, parseShellExports, readDmSetupFile, restOptionsFromEnvironment } from 'dm';
import { temporaryDirectory } from '../port/temporary-directory.js';

const SETUP = `#!/bin/sh
# DM setup for station 25IDC
export DM_ROOT_DIR=/home/dm
if [ -z "$DM_ETC_DIR" ]; then
    export DM_ETC_DIR=$DM_ROOT_DIR/etc   # indented, with a comment
fi
export DM_STATION_NAME=25IDC
export DM_BEAMLINE_NAME="25-ID-C, the second"
export DM_ALLOWED_EXPERIMENT_TYPES='25IDC,TEST'
export DM_DS_WEB_SERVICE_URL=https://xraydtn03.xray.aps.anl.gov:22236
export DM_DAQ_WEB_SERVICE_URL="https://s25iddm.xray.aps.anl.gov:33336"; export DM_CAT_WEB_SERVICE_URL=https://s25iddm.xray.aps.anl.gov:44436
DM_PROC_WEB_SERVICE_URL=https://s25iddm.xray.aps.anl.gov:55536
export DM_PROC_WEB_SERVICE_URL
export DM_APS_DB_WEB_SERVICE_URL=https://xraydtn03.xray.aps.anl.gov:11337
export DM_LOGIN_FILE=\${DM_ETC_DIR}/.user25idc.system.login
export DM_DATA_DIRECTORY_MAP=
export DM_OPTIONS="a=b c=d"
export DM_HASH=a#b DM_SECOND="x\\"y"'z $HOME'
export DM_DEFAULT=\${DM_NOTHING:-fallback}
export DM_HOST_ARCH=$(uname | tr [A-Z] [a-z])-\`uname -m\`
export DM_HOME=~/etc DM_NO_HOME="~/etc" DM_USER=~dm/etc
DM_TEMPORARY=1 DM_OTHER=2 true
export DM_LONG=one\\
two
export PATH="$DM_ROOT_DIR/bin:$PATH"
source $DM_ROOT_DIR/etc/other.sh NOT_EXPORTED=1
echo "DM_ECHO=1"
`;

await t.test('a set-up file is read as a shell means it', (t) => {
  const { variables, skipped } = parseShellExports(SETUP, { PATH: '/bin', HOME: '/home/me' });
  t.same(variables, {
    DM_ROOT_DIR: '/home/dm',
    DM_ETC_DIR: '/home/dm/etc',
    DM_STATION_NAME: '25IDC',
    DM_BEAMLINE_NAME: '25-ID-C, the second',
    DM_ALLOWED_EXPERIMENT_TYPES: '25IDC,TEST',
    DM_DS_WEB_SERVICE_URL: 'https://xraydtn03.xray.aps.anl.gov:22236',
    DM_DAQ_WEB_SERVICE_URL: 'https://s25iddm.xray.aps.anl.gov:33336',
    DM_CAT_WEB_SERVICE_URL: 'https://s25iddm.xray.aps.anl.gov:44436',
    DM_PROC_WEB_SERVICE_URL: 'https://s25iddm.xray.aps.anl.gov:55536',
    DM_APS_DB_WEB_SERVICE_URL: 'https://xraydtn03.xray.aps.anl.gov:11337',
    DM_LOGIN_FILE: '/home/dm/etc/.user25idc.system.login',
    DM_DATA_DIRECTORY_MAP: '',
    DM_OPTIONS: 'a=b c=d',
    DM_HASH: 'a#b',
    DM_SECOND: 'x"yz $HOME',
    DM_DEFAULT: 'fallback',
    DM_HOME: '/home/me/etc',
    DM_NO_HOME: '~/etc',
    DM_USER: '~dm/etc',
    DM_LONG: 'onetwo',
    PATH: '/home/dm/bin:/bin',
  });
  t.match(skipped, [{ name: 'DM_HOST_ARCH' }], 'what only a shell can tell is named, not guessed');
  t.end();
});

await t.test('broken quoting never hangs or throws', (t) => {
  for (const text of ['export A="x', "export A='x", 'export A=${B', 'export A=$(b', 'A=\\', 'export', '=', '$', "'"]) {
    t.type(parseShellExports(text).variables, 'object', text);
  }
  t.end();
});

await t.test('the variables give the options of the rest adapter, the login file is only named', async (t) => {
  const file = join(await temporaryDirectory(t), 'dm.setup.sh');
  await writeFile(file, SETUP);
  const environment = readDmSetupFile(file, {});
  t.ok(hasDmServices(environment));
  t.same(restOptionsFromEnvironment(environment), {
    ds: 'https://xraydtn03.xray.aps.anl.gov:22236',
    daq: 'https://s25iddm.xray.aps.anl.gov:33336',
    cat: 'https://s25iddm.xray.aps.anl.gov:44436',
    proc: 'https://s25iddm.xray.aps.anl.gov:55536',
    apsDb: 'https://xraydtn03.xray.aps.anl.gov:11337',
    station: '25IDC',
    beamline: '25-ID-C, the second',
    loginFile: '/home/dm/etc/.user25idc.system.login',
  });
  t.same(restOptionsFromEnvironment({ DM_DAQ_WEB_SERVICE_URL: 'https://a:1, https://b:1', DM_STATION_NAME: ' ' }), {
    daq: ['https://a:1', 'https://b:1'],
  });
  t.notOk(hasDmServices({ DM_DS_WEB_SERVICE_URL: 'https://a' }));
  t.throws(() => readDmSetupFile('/nowhere.sh'), { code: 'DM_CONFIGURATION', message: /\/nowhere\.sh/u });
  t.end();
});
