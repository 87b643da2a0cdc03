import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createTestCertificate } from '../unit/dm/test-certificate.js';
import { cleanEnvironment, IocProcess, PROGRAM, runProgram, temporaryDirectory, type Finished } from './ioc-process.js';

const PASSWORD = 'a secret|=#"x';

function dmIoc(args: readonly string[], settings: readonly string[], environment = {}): Promise<Finished> {
  const all = [...args, ...settings.flatMap((setting) => ['--set', setting])];
  return runProgram(process.execPath, [PROGRAM, ...all], environment);
}

await t.test(
  "DM's set-up file is all that is needed to find its five services, and dm check tells how they are",
  async (t) => {
    const directory = temporaryDirectory(t);
    const loginFile = join(directory, 'log in = here');
    const certificate = await createTestCertificate();
    for (const [name, text] of Object.entries(certificate)) writeFileSync(join(directory, `${name}.pem`), String(text));
    writeFileSync(loginFile, `user2bm|${PASSWORD}\n`);
    const engine = await IocProcess.start(join(directory, 'dm'), [
      'dm.local.owner=user2bm',
      'dm.local.serve.enabled=true',
      'dm.local.serve.port={ds: 0, daq: 0, cat: 0, proc: 0, apsDb: 0}',
      `dm.local.serve.loginFile=${loginFile}`,
      `dm.local.serve.certificate=${join(directory, 'cert.pem')}`,
      `dm.local.serve.key=${join(directory, 'key.pem')}`,
    ]);
    try {
      const found = /serving DM's protocol urls=(?<urls>\{.*\})/u.exec(engine.output)?.groups?.['urls'] ?? '{}';
      const urls = JSON.parse(found) as Record<string, string>;
      t.equal(new Set(Object.values(urls)).size, 5, 'five services on five ports');
      const setupFile = join(directory, 'dm.setup.sh');
      const lines = Object.entries(urls).map(([service, url]) => `  export DM_${service}_WEB_SERVICE_URL="${url}"`);
      writeFileSync(
        setupFile,
        `#!/bin/sh\nexport DM_STATION_NAME='LOCAL' # comment\n${lines.join('\n')}\nexport DM_LOGIN_FILE="${loginFile}"\n`,
      );
      const settings = [`dm.setupFile=${setupFile}`, `dm.rest.tls.ca=${join(directory, 'cert.pem')}`];
      t.match(
        await dmIoc(['check'], [...settings, 'ca.port=0', 'pva.port=0', 'pva.broadcastPort=0', 'dm.backend=auto']),
        {
          code: 0,
          stdout: /backend rest\n$/u,
        },
      );
      const check = await dmIoc(['dm', 'check'], settings);
      t.match(check.stdout, /^PROC at https:\/\/127.0.0.1:\d+\n {2}ok +listWorkflows .*: \d entries/mu);
      t.match(check.stdout, /ok +listDaqs .*\(path unconfirmed\): 0 entries/u);
      t.match(check.stdout, /skipped getCurrentRun .*Current run does not exist/u);
      t.match(check, { code: 0, stdout: /\n21 endpoints, 0 failed\n$/u, stderr: '' });

      const unverified = await dmIoc(['dm', 'check'], [settings[0] ?? '', 'dm.rest.tls.verify=false']);
      t.match(unverified, { stdout: /ok +listWorkflows/u, stderr: /WARN DM's certificates are not verified/u });
      const untrusted = await dmIoc(['dm', 'check'], [settings[0] ?? '']);
      t.match(untrusted, {
        code: 1,
        stdout: /FAILED +getExperimentsByStation .*name the file of its CA in dm\.rest\.tls\.ca/u,
      });
      t.notMatch([check, unverified, untrusted].map((one) => one.stdout + one.stderr).join(''), /secret|session_id/u);
    } finally {
      t.equal(await engine.stop(), 0);
      t.notMatch(engine.output, /secret|session_id/u);
    }
  },
);

await t.test('what is not set is named with where to set it', async (t) => {
  const nothing = await dmIoc(['dm', 'check'], []);
  t.match(nothing, { code: 1, stderr: /^dm-ioc: .*ds, daq, cat, proc, station, loginFile not set: .*dm\.setupFile/u });
  t.match(await dmIoc(['check'], ['dm.setupFile=/nowhere.sh', 'dm.backend=auto']), {
    code: 1,
    stderr: /^dm-ioc: .*\/nowhere\.sh/u,
  });
  const wrong = await dmIoc(['dm', 'check'], ['dm.rest.ds=http://me:secret@host:1', 'dm.rest.daq={here: there}']);
  t.match(wrong, { code: 1, stderr: /ds: must be a URL without user.*daq: must be a URL.*cat, proc,/u });
  t.notMatch(wrong.stderr, /secret/u);
});

await t.test('dm record stands in for DM until it is interrupted, then prints what it saw', async (t) => {
  const directory = temporaryDirectory(t);
  const loginFile = join(directory, 'login');
  writeFileSync(loginFile, `user2bm|${PASSWORD}\n`);
  const recorder = spawn(process.execPath, [PROGRAM, 'dm', 'record', '--any-port', '--station', '25IDC'], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const ended = new Promise<number | null>((done) => recorder.once('close', done));
  await new Promise<void>((ready) => {
    recorder.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('press Ctrl-C')) ready();
    });
  });
  const exports = [...output.matchAll(/^export (\w+)=(\S+)$/gmu)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  t.equal(exports.length, 5);
  const environment = { ...Object.fromEntries(exports), DM_STATION_NAME: '25IDC', DM_LOGIN_FILE: loginFile };
  t.match(await dmIoc(['dm', 'check'], [], environment), { code: 0, stdout: /21 endpoints, 0 failed/u });
  recorder.kill('SIGINT');
  t.equal(await ended, 0);
  t.match(output, /^PROC GET \/workflowsByOwner\/user2bm -> listWorkflows$/mu);
  t.match(output, /^# As expected: .*listProcessingJobs/mu);
  t.match(output, /^# Not seen yet: .*stopDaq/mu);
  t.notMatch(output, /secret|session_id/u);
});
