import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { hasDmServices, readDmSetupFile, restOptionsFromEnvironment } from 'dm';
import { temporaryDirectory } from '../port/temporary-directory.js';

const SETUP = `#!/bin/sh
# DM setup for station 25IDC
export DM_ROOT_DIR=/home/dm
if [ -z "$DM_ETC_DIR" ]; then
    export DM_ETC_DIR=$DM_ROOT_DIR/etc   # indented, with a comment
else
    export DM_ETC_DIR=/wrong
fi
export DM_STATION_NAME=25IDC
case $DM_STATION_NAME in
  8ID*) DM_SECTOR=8 ;;
  25ID*) DM_SECTOR=25 ;;
  *) DM_SECTOR=none ;;
esac
export DM_BEAMLINE_NAME="25-ID-C, the second"
export DM_ALLOWED_EXPERIMENT_TYPES='25IDC,TEST'
export DM_DS_WEB_SERVICE_URL=https://xraydtn03.xray.aps.anl.gov:22236
host=s25iddm.xray.aps.anl.gov
service() { echo "https://$host:$1"; }
export DM_DAQ_WEB_SERVICE_URL="$(service 33336)"; export DM_CAT_WEB_SERVICE_URL=\`service 44436\`
DM_PROC_WEB_SERVICE_URL=https://s25iddm.xray.aps.anl.gov:55536
export DM_PROC_WEB_SERVICE_URL
export DM_APS_DB_WEB_SERVICE_URL=https://xraydtn03.xray.aps.anl.gov:11337
export DM_LOGIN_FILE=\${DM_ETC_DIR}/.user25idc.system.login
export DM_DATA_DIRECTORY_MAP=
export DM_OPTIONS="a=b c=d"
export DM_HASH=a#b DM_SECOND="x\\"y"'z $HOME'
export DM_DEFAULT=\${DM_NOTHING:-fallback}
export DM_ARITHMETIC=$((22 * 1000 + 236)) DM_CUT=\${DM_STATION_NAME%IDC}
export DM_HOME=~/etc DM_NO_HOME="~/etc"
DM_TEMPORARY=1 DM_OTHER=2 true
export DM_LONG=one\\
two
export DM_LINES="first
second = third"
export PATH="$DM_ROOT_DIR/bin:$PATH"
cat <<EOF
export DM_FROM_DOCUMENT=1
EOF
read -r DM_DOCUMENT <<'EOF'
$HOME is text
EOF
for n in 1 2; do export DM_LOOP_$n=$n; done
unset DM_SECTOR_UNUSED
echo "DM_ECHO=1"
echo "DM_ERROR=1" >&2
[ -f /nowhere/site.sh ] && . /nowhere/site.sh
`;

const VARIABLES = {
  DM_ROOT_DIR: '/home/dm',
  DM_ETC_DIR: '/home/dm/etc',
  DM_STATION_NAME: '25IDC',
  DM_SECTOR: '25',
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
  DM_ARITHMETIC: '22236',
  DM_CUT: '25',
  DM_HOME: '/home/me/etc',
  DM_NO_HOME: '~/etc',
  DM_LONG: 'onetwo',
  DM_LINES: 'first\nsecond = third',
  DM_DOCUMENT: '$HOME is text',
  DM_LOOP_1: '1',
  DM_LOOP_2: '2',
} as const;

async function setupFile(t: Test, text: string): Promise<string> {
  const file = join(await temporaryDirectory(t), 'dm.setup.sh');
  await writeFile(file, text);
  return file;
}

await t.test('a set-up file is read as bash reads it, and only what it says of DM is taken', async (t) => {
  const environment = { PATH: process.env['PATH'], HOME: '/home/me', MINE: 'kept' };
  t.same(await readDmSetupFile(await setupFile(t, SETUP), environment), { ...environment, ...VARIABLES });
});

await t.test('the file sees DM variables, home, path and user, and no secrets', async (t) => {
  const seen = await setupFile(
    t,
    'DM_SEEN=$(export -p | cut -d " " -f 3 | cut -d = -f 1 | tr "\\n" " ")\nDM_OLD=$DM_OLD+\n',
  );
  const environment = { TOKEN: 'secret', BASH_ENV: '/nowhere', HOME: '/home/me', USER: 'me', DM_OLD: 'old' };
  const read = await readDmSetupFile(seen, { ...environment, PATH: process.env['PATH'] });
  t.equal(read['DM_OLD'], 'old+');
  t.notMatch(read['DM_SEEN'], /TOKEN|BASH_ENV/u);
  t.match(read['DM_SEEN'], /DM_OLD HOME .*PATH .*USER/u);
  t.equal(read['TOKEN'], 'secret', 'what was there stays');
});

await t.test('a file that bash has something to say about is refused with its line and the remedy', async (t) => {
  for (const [text, line, problem] of [
    ['export DM_A=1\nexit 3\n', 2, /ends the shell that reads it, with status 3/u],
    ['f() {\n  exit 0\n}\n\nf\n', 2, /ends the shell that reads it, with status 0/u],
    ['set -e\nexport DM_A=1\nfalse\nexport DM_A=2\n', 3, /ends the shell that reads it, with status 1/u],
    ['export DM_A=1\n[ -n "$DM_A" ] && return 7\nexport DM_B=1\n', 2, /it returns 7, a failure/u],
    ['export DM_A=1\nif true; then\nexport DM_B=2\n', 4, /syntax error: unexpected end of file/u],
    ['export DM_A="1\n', 1, /unexpected EOF while looking for matching/u],
    ['export DM_A=1\ncat <<EOF\nexport DM_B=1\n', 3, /here-document at line 2 delimited by end-of-file/u],
    ['\nread DM_A\n', 2, /read error/u],
    ['export DM_A=$(no-such-program)\n', 1, /no-such-program: command not found/u],
    ['export DM_A=1\nsource /nowhere/other.sh\n', 2, /\/nowhere\/other\.sh: No such file or directory/u],
    ['set -u\nexport DM_A=$NOTHING\n', 2, /NOTHING: unbound variable/u],
    ['export DM_A=${NOTHING:?must be set}\n', 1, /must be set/u],
    ['readonly DM_A=1\nDM_A=2\n', 2, /readonly variable/u],
  ] as const) {
    const file = await setupFile(t, text);
    await t.rejects(readDmSetupFile(file), { code: 'DM_CONFIGURATION', message: problem }, text);
    await t.rejects(readDmSetupFile(file), { message: new RegExp(`${file}, line ${line}: .*source it before`, 'u') });
  }
  for (const [text, problem] of [
    ['export DM_A=$(cat)\n', /a program in it reads its input, and there is none/u],
    ['exec true\n', /ends the shell that reads it, with status 0/u],
    ['kill -9 $$\n', /ends the shell that reads it, with SIGKILL/u],
    ['export DM_A=1\r\n', /line 1 ends as on Windows; save it with Unix line ends\.$/u],
  ] as const) {
    const file = await setupFile(t, text);
    await t.rejects(readDmSetupFile(file), { code: 'DM_CONFIGURATION', message: problem }, text);
  }
});

await t.test('what is returned early counts, and what is printed, in whatever language, does not', async (t) => {
  const file = await setupFile(
    t,
    'printf() { echo mine; }\nset -x\nIFS=_\necho DM_B=1\nexport DM_A=1\nif true; then return; fi\nexport DM_A=2\n',
  );
  t.same(await readDmSetupFile(file, { LANG: 'de_DE.UTF-8' }), { LANG: 'de_DE.UTF-8', DM_A: '1' });
});

await t.test('a file that hangs is given up with all that it has started', async (t) => {
  const waiting = await setupFile(t, `sleep 86399 & echo $! > $0; wait\n`.replace('$0', '"$HOME/pid"'));
  const environment = { HOME: dirname(waiting), PATH: process.env['PATH'] };
  await t.rejects(readDmSetupFile(waiting, environment, { timeoutMs: 500 }), {
    code: 'DM_CONFIGURATION',
    message: /it has not come to its end within 500 ms/u,
  });
  const pid = Number(await readFile(join(dirname(waiting), 'pid'), 'utf8'));
  await ended(pid);
  const printing = await setupFile(t, 'while true; do echo error >&2; done\n');
  await t.rejects(readDmSetupFile(printing, environment, { timeoutMs: 100 }), { message: /its end within 100 ms/u });
  const leaving = await setupFile(t, 'sleep 86399 & export DM_A=1\n');
  t.match(
    await readDmSetupFile(leaving, environment, { timeoutMs: 500 }),
    { DM_A: '1' },
    'what it leaves behind is ended',
  );
});

await t.test('no file, something else than a file and a host without bash are told', async (t) => {
  await t.rejects(readDmSetupFile('/nowhere.sh'), {
    code: 'DM_CONFIGURATION',
    message: /\/nowhere\.sh \(dm\.setupFile\) can't be read: ENOENT.*; check its path\.$/u,
  });
  await t.rejects(readDmSetupFile('/dev/null'), { code: 'DM_CONFIGURATION', message: /it is no file/u });
  const file = await setupFile(t, 'export DM_A=1\n');
  await t.rejects(readDmSetupFile(file, { PATH: '/nowhere' }), { message: /bash, .*is not in PATH/u });
});

/** Until a process is gone, or at least dead. */
async function ended(pid: number): Promise<void> {
  const isAlive = async (): Promise<boolean> => {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return state !== '' && !/ [ZX] /u.test(state);
  };
  while (await isAlive()) await setImmediate();
}

await t.test('the variables give the options of the rest adapter, the login file is only named', async (t) => {
  const environment = await readDmSetupFile(await setupFile(t, SETUP), {});
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
});
