import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { cleanEnvironment, IocProcess, PROGRAM, runProgram, temporaryDirectory, type Finished } from './ioc-process.js';

const NOBODYS_PORT = 64_999;
/** The default ports may be somebody else's. */
const ANY_PORTS = ['ca.port=0', 'pva.port=0', 'pva.broadcastPort=0'].flatMap((setting) => ['--set', setting]);

await t.test('PVs are read, written and followed from the command line, over both protocols', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  const cli = (...args: string[]): Promise<Finished> =>
    runProgram(process.execPath, [PROGRAM, ...args], ioc.clientEnvironment);
  try {
    for (const protocol of ['--ca', '--pva']) {
      t.match(
        await cli('put', protocol, 'dm:Experiment', 'demo', '--wait'),
        { code: 0, stdout: /^dm:Experiment .*demo\n$/u },
        protocol,
      );
      t.match(await cli('get', protocol, 'dm:WF1:Status'), { code: 0, stdout: 'Idle\n' }, 'an enum by its label');
      const path = `/${'long/'.repeat(30)}file.h5`;
      t.match(await cli('put', protocol, 'dm:WF1:FilePath', path, '--wait'), { code: 0 }, 'a long text');
      t.match(await cli('get', protocol, 'dm:WF1:FilePath'), { code: 0, stdout: `${path}\n` }, 'comes back whole');
      t.match(
        await cli('put', protocol, 'dm:WF2:Run', '1', '--wait'),
        { code: 1, stderr: /^dm-ioc: put dm:WF2:Run failed: INVALID/u },
        'a failure has a reason',
      );
      const refused = (pv: string, value: string, stderr: RegExp): Promise<void> =>
        cli('put', protocol, pv, value).then((finished) => {
          t.match(finished, { code: 1, stderr }, `put ${protocol} ${pv} "${value}" is refused`);
        });
      await refused('dm:WF1:Timeout', 'abc', /^dm-ioc: put dm:WF1:Timeout: "abc" is no number/u);
      await refused('dm:WF1:Timeout', '', /is no number/u);
      await refused('dm:Upload1:Mode', 'Nope', /"Nope" is none of its states \w+, \w+/u);
      await refused('dm:WF1:Timeout', '-5', /put dm:WF1:Timeout failed: INVALID/u);
      t.match(await cli('put', protocol, 'dm:WF1:Timeout', '60'), { code: 0, stdout: / 60 s\n$/u }, 'and then taken');
    }
    const absent = 'an-experiment-whose-name-alone-is-longer-than-an-alarm-message';
    t.equal(
      (await cli('put', '--pva', 'dm:Experiment', absent, '--wait')).stderr,
      `dm-ioc: put dm:Experiment failed: INVALID, Experiment ${absent} does not exist.\n`,
      'over PVAccess the whole reason',
    );
    t.match(await cli('get', '--pva', 'dm:Workflow:Table'), { code: 0, stdout: /example-01/u }, 'a table');
    t.match(
      await cli('get', 'no:such:pv', '--timeout', '0.5'),
      { code: 1, stderr: /no:such:pv/u },
      'a PV that is not there',
    );
    t.match(
      await cli('put', '--pva', 'dm:WF1:Status', '3'),
      { code: 1, stderr: /^dm-ioc: put dm:WF1:Status: [^;[]*\n$/u },
      'a readback takes no put',
    );

    const monitor = spawn(process.execPath, [PROGRAM, 'monitor', 'dm:WF1:ReportingPeriod'], {
      env: { ...cleanEnvironment(), ...ioc.clientEnvironment },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = new Promise<string>((done) => {
      let text = '';
      monitor.stdout.on('data', (chunk: Buffer) => {
        if (text === '') void cli('put', 'dm:WF1:ReportingPeriod', '25', '--wait');
        text += chunk.toString();
        if (text.split('\n').length > 2) done(text);
      });
    });
    t.match(await lines, / 10 s\n.* 25 s\n/u, 'a monitor shows the value, its change and the unit');
    monitor.kill('SIGINT');
    t.equal(await new Promise((done) => monitor.once('exit', done)), 0, 'and ends well');

    for (const protocol of ['--ca', '--pva']) {
      const waiting = spawn(process.execPath, [PROGRAM, 'monitor', protocol, 'no:such:pv', '--timeout', '0.5'], {
        env: { ...cleanEnvironment(), ...ioc.clientEnvironment },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const words = createInterface(waiting.stderr);
      const [line] = (await once(words, 'line')) as [string];
      t.match(line, /^no:such:pv: nobody has answered for 0\.5 s, waiting on \(.*127\.0\.0\.1/u, 'what it waits for');
      waiting.kill('SIGINT');
      t.same(await once(waiting, 'exit'), [0, null], `and can be ended: ${protocol}`);
    }
  } finally {
    t.equal(await ioc.stop(), 0);
  }
});

await t.test(
  'get, put and monitor find the IOC of a configuration, read what they can, and say where they looked',
  async (t) => {
    const directory = temporaryDirectory(t);
    const ioc = await IocProcess.start(join(directory, 'dm'));
    const config = join(directory, 'mine.yaml');
    writeFileSync(
      config,
      `ca: { port: ${ioc.caPort} }\npva: { port: ${ioc.pvaPort}, broadcastPort: ${ioc.searchPort} }\n`,
    );
    const run = (...args: string[]): Promise<Finished> => runProgram(process.execPath, [PROGRAM, ...args], {});
    for (const protocol of ['--ca', '--pva']) {
      const own = [protocol, '--config', config];
      t.match(await run('put', ...own, 'dm:WF1:Timeout', '7', '--wait'), { code: 0, stdout: / 7 s\n$/u }, protocol);
      t.match(await run('get', ...own, 'dm:WF1:Timeout'), { code: 0, stdout: '7\n' }, 'one alone is just its value');
      const some = await run(
        'get',
        ...own,
        '--timeout',
        '2',
        'dm:WF1:Timeout',
        'dm:Nowhere',
        'dm:WF1:ReportingPeriod',
        'dm:None',
      );
      t.equal(some.code, 1, 'one is missing');
      t.match(some.stdout, /^dm:WF1:Timeout .* 7 s\ndm:WF1:ReportingPeriod .* 10 s\n$/u, 'the others are read');
      const place = `searched at 127\\.0\\.0\\.1, port ${protocol === '--ca' ? ioc.caPort : ioc.searchPort}`;
      t.match(some.stderr, new RegExp(`^dm-ioc: .*dm:Nowhere.*${place}.*\\ndm-ioc: .*dm:None.*${place}`, 'u'));
      t.match(
        await run(
          'get',
          protocol,
          '--set',
          `ca.port=${NOBODYS_PORT}`,
          '--set',
          `pva.broadcastPort=${NOBODYS_PORT}`,
          '--timeout',
          '1',
          'dm:Version',
        ),
        {
          code: 1,
          stderr:
            /port 64999, over .*EPICS_\w+_ADDR_LIST and EPICS_\w+_PORT change that, or --config, --set \w+\.\w+=…/u,
        },
        'it says where it looked, and what changes that',
      );
    }
    t.match(await run('get', '--config', join(directory, 'none.yaml'), 'dm:Version'), {
      code: 1,
      stderr: /none\.yaml/u,
    });
    t.equal(await ioc.stop(), 0);
  },
);

await t.test('no PV begins undefined or in alarm', async (t) => {
  const ioc = await IocProcess.start(join(temporaryDirectory(t), 'dm'));
  const run = (...args: string[]): Promise<Finished> =>
    runProgram(process.execPath, [PROGRAM, ...args], ioc.clientEnvironment);
  const names = (await run('pvs')).stdout
    .split('\n')
    .slice(1)
    .map((line) => line.split(' ', 1)[0] ?? '')
    .filter((name) => name !== '');
  const records = names.filter((name) => !/:(Table|Stages|Variables|PVI|Report|Command|Ack)$|:rpc:/u.test(name));
  t.ok(records.length > 350);
  t.ok(names.includes('dm:Stream1:Report'), 'structures are listed, too');
  const overCa = await run('get', '--ca', ...records);
  t.match(overCa, { code: 0 });
  t.notMatch(overCa.stdout, /\[(MINOR|MAJOR|INVALID)/u, 'over Channel Access');
  const overPva = await run('get', ...names);
  t.match(overPva, { code: 0 });
  t.notMatch(overPva.stdout, /\[(MINOR|MAJOR|INVALID)/u, 'over PVAccess, with tables, calls and PVI');
  t.equal(await ioc.stop(), 0);
});

await t.test('an experiment is made by the engine, or by the IOC while that runs', async (t) => {
  const root = join(temporaryDirectory(t), 'dm');
  const add = (name: string, environment: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    runProgram(process.execPath, [PROGRAM, 'experiment', 'add', name, '--set', `dm.local.root=${root}`], environment);
  const check = (environment: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    runProgram(process.execPath, [PROGRAM, 'check', '--set', `dm.local.root=${root}`, ...ANY_PORTS], environment);
  t.match(await check(), { code: 0, stdout: /configuration good/u });
  t.notOk(existsSync(root), 'check opens no engine');
  t.match(await add('first'), { code: 0, stdout: /experiment first made: .*first\/data/u });
  t.match(await add('first'), { code: 1, stderr: /already exists/u });
  t.match(await add('a/b'), { code: 1, stderr: /must not contain/u });
  const ioc = await IocProcess.start(root);
  t.match(await add('second', ioc.clientEnvironment), { code: 0, stdout: /second made by the running IOC/u });
  t.match(await check(ioc.clientEnvironment), { code: 0, stdout: /configuration good/u }, 'check beside the IOC');
  t.match(
    await add('third', { ...ioc.clientEnvironment, EPICS_PVA_BROADCAST_PORT: '1' }),
    {
      code: 1,
      stderr:
        /in use by another engine.*no IOC of prefix dm: answers \(searched at 127\.0\.0\.1, port 1, over PVAccess; EPICS_PVA_ADDR_LIST/u,
    },
    'it says where it looked for the IOC',
  );
  t.equal(await ioc.stop(), 0);
});

await t.test('the lists of PVs and of configuration keys are printed', async (t) => {
  const page = (name: string): string => readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8');
  const run = (...args: string[]): Promise<Finished> => runProgram(process.execPath, [PROGRAM, ...args], {});
  t.match(await run('pvs'), { code: 0, stdout: /dm:WF4:Run +busy +@workflow\[4\]\.run/u });
  t.equal((await run('pvs', '--markdown')).stdout, page('pv-list.md'), 'the page is as `make docs` writes it');
  const keys = await run('config');
  t.equal(keys.stdout, page('configuration.md'), 'the page is as `make docs` writes it');
  t.notMatch(keys.stdout, /\| +\|$/mu, 'every key has its meaning');
  t.match(await run('check', ...ANY_PORTS), { code: 0, stdout: /configuration good/u });
  t.match(await run('nonsense'), { code: 1, stderr: /unknown command/u });
});

await t.test("a site's own records show and command DM, link to its PVs, and survive a restart", async (t) => {
  const directory = temporaryDirectory(t);
  const database = join(directory, 'site.db');
  writeFileSync(
    database,
    `record(lso, "$(P)BeamlineWorkflow") { field(DTYP, "dm") field(OUT, "@workflow[2].workflow") field(SIZV, "100") }
     record(ai, "$(P)JobLimit") { field(DTYP, "dm") field(INP, "@job.nRunning") field(HIGH, "$(LIMIT)") field(HSV, "MINOR") }
     record(calc, "$(P)Twice") { field(INPA, "$(P)WF1:ReportingPeriod CP") field(CALC, "A*2") }\n`,
  );
  const startup = join(directory, 'st.cmd');
  writeFileSync(
    startup,
    `# ours\ndbLoadRecords("$(SITE)/site.db", "P=$(P),LIMIT=3")\niocInit\ndbpf "$(P)WF1:ReportingPeriod" 21\n`,
  );
  const ioc = await IocProcess.start(join(directory, 'dm'), [`site.startup=${startup}`]);
  const cli = (...args: string[]): Promise<Finished> =>
    runProgram(process.execPath, [PROGRAM, ...args], ioc.clientEnvironment);
  t.match(await cli('get', 'dm:Twice'), { stdout: '42\n' }, 'a calculation on a PV that st.cmd put');
  t.match(await cli('put', 'dm:BeamlineWorkflow', 'fails', '--wait'), { code: 0 });
  t.match(await cli('get', 'dm:WF2:Workflow'), { stdout: 'fails\n' }, 'two records of one address agree');
  t.match(await cli('get', 'dm:JobLimit', 'dm:JobLimit.HIGH'), { code: 0 }, 'its own limits');
  t.equal(await ioc.stop(), 0);
});

await t.test('a reader that has seen enough is no failure, and a full disk is one', async (t) => {
  const run = (shell: string): Promise<Finished> => runProgram('bash', ['-c', shell, PROGRAM], {});
  t.match(await run('"$0" pvs | head -1; exit "${PIPESTATUS[0]}"'), { code: 0, stderr: '' });
  t.match(await run('"$0" pvs > /dev/full'), { code: 1, stderr: /^dm-ioc: ENOSPC.*\n$/u });
});
