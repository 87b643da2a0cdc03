import { execFileSync } from 'node:child_process';
import { rename, rm, symlink, utimes } from 'node:fs/promises';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { silentLogger } from 'dm';
import { WorkflowFolder } from 'dm/internal/local/workflows/workflow-folder';
import { changeOf } from '../../port/change-of.js';
import { temporaryDirectory } from '../../port/temporary-directory.js';
import { writeFiles } from '../../port/write-files.js';
import { temporaryEngine } from '../temporary-engine.js';

const GOOD = 'description: good\nstages: { "1": { command: "true" } }\n';

void t.test('a wrong file is logged with its name and key, and the others are loaded', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  await writeFiles(workflowsDirectory, {
    'good.yaml': GOOD,
    'also.json': JSON.stringify({ name: 'other-name', owner: 'somebody', stages: { '1': { command: 'true' } } }),
    'syntax.yml': 'stages: [',
    'key.yaml': 'stages: { "01-A": { comand: "true" } }',
    'regex.yaml': 'stages: { "01-A": { command: "true", outputVariableRegexList: ["("] } }',
    'twice.yaml': `name: good\n${GOOD}`,
    'list.json': '[]',
    'proto.yaml': 'stages: { __proto__: { command: "true" }, "1": { command: "true" } }',
    'ignored.txt': 'no workflow',
    '.hidden.yaml': 'no workflow',
  });
  const messages: string[] = [];
  const error = (_bindings: object, message: string): void => void messages.push(message);
  const { engine } = await temporaryEngine(t, { workflowsDirectory, log: { ...silentLogger, error } });
  t.same(
    (await engine.workflows.list(engine.owner)).map(({ name }) => name),
    ['good'],
  );
  t.match(await engine.workflows.get('somebody', 'other-name'), { id: /^[0-9a-f]{24}$/u });
  t.equal(messages.length, 6);
  await t.rejects(engine.workflows.get(engine.owner, 'key'), {
    code: 'DM_OBJECT_NOT_FOUND',
    message: /does not exist: its file is wrong\. Workflow file .*key\.yaml: .*stages\.01-A\.command/u,
  });
  await t.rejects(engine.workflows.get('somebody', 'key'), { message: /does not exist\.$/u });
  for (const pattern of [
    /syntax\.yml/u,
    /key\.yaml.*stages\.01-A\.command/su,
    /regex\.yaml.*stages\.01-A/su,
    /twice\.yaml.*good\.yaml/su,
    /list\.json/u,
    /proto\.yaml.*stages\.__proto__: this name can't be used/su,
  ]) {
    t.ok(
      messages.some((message) => pattern.test(message)),
      String(pattern),
    );
  }
});

void t.test('the folder is read again when a file changes, and its workflows are changed there only', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  await writeFiles(workflowsDirectory, { 'mine.yaml': GOOD });
  const { engine } = await temporaryEngine(t, { workflowsDirectory });
  const changed = changeOf(engine, 'workflow');
  await writeFiles(workflowsDirectory, { 'mine.yaml': GOOD.replace('good', 'better') });
  t.match(await changed, { name: 'mine', description: 'better' });
  const workflow = await engine.workflows.get(engine.owner, 'mine');
  await t.rejects(engine.workflows.update(workflow), { code: 'DM_INVALID_OBJECT_STATE', message: /mine\.yaml/u });
  await t.rejects(engine.workflows.remove(engine.owner, 'mine'), { code: 'DM_INVALID_OBJECT_STATE' });
  await t.rejects(engine.workflows.add(workflow), { code: 'DM_OBJECT_ALREADY_EXISTS' });
  const removed = changeOf(engine, 'workflowRemoved');
  await rm(join(workflowsDirectory, 'mine.yaml'));
  t.same(await removed, { owner: engine.owner, name: 'mine' });
});

void t.test('a workflow whose file went wrong is known by its own name', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  await writeFiles(workflowsDirectory, { 'file.yaml': `name: own\n${GOOD}` });
  const { engine } = await temporaryEngine(t, { workflowsDirectory });
  const removed = changeOf(engine, 'workflowRemoved');
  await writeFiles(workflowsDirectory, { 'file.yaml': 'name: own\nstages: [' });
  await removed;
  await t.rejects(engine.workflows.get(engine.owner, 'own'), { message: /its file is wrong\. .*file\.yaml/u });
});

void t.test('a folder that is not there keeps the engine from starting', async (t) => {
  const workflowsDirectory = join(await temporaryDirectory(t), 'none');
  await t.rejects(temporaryEngine(t, { workflowsDirectory }), {
    code: 'DM_CONFIGURATION',
    message: /folder of workflows .*none can't be read: ENOENT/u,
  });
});

void t.test('a folder that is gone for a while keeps its workflows, and is followed when it is back', async (t) => {
  const parent = await temporaryDirectory(t);
  const workflowsDirectory = join(parent, 'workflows');
  await writeFiles(workflowsDirectory, { 'mine.yaml': GOOD });
  const logged = new EventEmitter();
  const log = { ...silentLogger, error: (_bindings: object, message: string) => logged.emit('error-line', message) };
  const { engine } = await temporaryEngine(t, { workflowsDirectory, rescanPeriodMs: 20, log });
  const removed: string[] = [];
  engine.changes.on('workflowRemoved', ({ name }) => removed.push(name));
  const complained = once(logged, 'error-line');
  await rename(workflowsDirectory, `${workflowsDirectory}.away`);
  t.match((await complained)[0], /workflows can't be read: ENOENT/u);
  t.match(await engine.workflows.get(engine.owner, 'mine'), { name: 'mine' });
  const changed = changeOf(engine, 'workflow');
  await writeFiles(`${workflowsDirectory}.back`, { 'mine.yaml': GOOD.replace('good', 'back') });
  await rename(`${workflowsDirectory}.back`, workflowsDirectory);
  t.match(await changed, { name: 'mine', description: 'back' });
  const added = changeOf(engine, 'workflow');
  await writeFiles(workflowsDirectory, { 'new.yaml': GOOD });
  t.match(await added, { name: 'new' });
  t.same(removed, []);
});

void t.test('stages named by numbers run in the order of their text, and JSON may be indented by tabs', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  await writeFiles(workflowsDirectory, {
    'numbers.yaml': 'stages:\n  01: { command: "true" }\n  02: { command: "true" }\n  10: { command: "true" }\n',
    'tabs.json': '\ufeff{\n\t"stages": {\n\t\t"1": { "command": "echo \\u00e9" }\n\t}\n}\n',
  });
  const { engine } = await temporaryEngine(t, { workflowsDirectory });
  const { stages } = await engine.workflows.get(engine.owner, 'numbers');
  t.same(Object.keys(stages).sort(), ['01', '02', '10']);
  t.match(await engine.workflows.get(engine.owner, 'tabs'), { stages: { '1': { command: 'echo é' } } });
});

void t.test('what is no workflow file keeps no other from being read, and the folder is watched on', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  execFileSync('mkfifo', [join(workflowsDirectory, 'a-fifo.yaml')]);
  await symlink('b-loop.yaml', join(workflowsDirectory, 'b-loop.yaml'));
  await symlink('.', join(workflowsDirectory, 'c-self.yaml'));
  await writeFiles(workflowsDirectory, { 'd-large.yaml': `# ${'x'.repeat(300_000)}\n${GOOD}`, 'e-good.yaml': GOOD });
  const messages: string[] = [];
  const log = {
    ...silentLogger,
    warn: (_bindings: object, message: string): void => void messages.push(message),
    error: (_bindings: object, message: string): void => void messages.push(message),
  };
  const { engine } = await temporaryEngine(t, { workflowsDirectory, log });
  t.match(messages, [
    /a-fifo\.yaml: it is no regular file/u,
    /b-loop.*ELOOP/u,
    /c-self.*no regular file/u,
    /d-large.*300\d+ bytes/u,
  ]);
  t.equal(messages.length, 4, 'each once, and no word of not being watched');
  t.match(await engine.workflows.get(engine.owner, 'e-good'), { name: 'e-good' });
  const added = changeOf(engine, 'workflow');
  await writeFiles(workflowsDirectory, { 'f-new.yaml': GOOD });
  t.match(await added, { name: 'f-new' });
});

void t.test('a reload that fails does not end the later ones', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  await writeFiles(workflowsDirectory, { 'mine.yaml': GOOD });
  const logged = new EventEmitter();
  let isBroken = false;
  const folder = new WorkflowFolder({
    directory: workflowsDirectory,
    owner: 'somebody',
    rescanPeriodMs: 20,
    log: { ...silentLogger, error: (_bindings, message) => logged.emit('error-line', message) },
    onChange: ({ name }) => {
      if (isBroken) throw new Error('a defect');
      logged.emit('workflow', name);
    },
    onRemove: () => undefined,
  });
  await folder.start();
  t.teardown(() => folder.close());
  isBroken = true;
  const failed = once(logged, 'error-line');
  await writeFiles(workflowsDirectory, { 'mine.yaml': GOOD.replace('good', 'other') });
  t.match((await failed)[0], /was not read/u);
  isBroken = false;
  const heard = once(logged, 'workflow');
  await writeFiles(workflowsDirectory, { 'new.yaml': GOOD });
  t.same(await heard, ['new']);
});

void t.test(
  'a draft whose name was copied never replaces the workflow of that name, and is the one to blame',
  async (t) => {
    const workflowsDirectory = await temporaryDirectory(t);
    const draft = `name: good\n${GOOD.replace('good', 'draft')}`;
    const problems = new EventEmitter();
    const error = (_fields: object, message: string): void => void problems.emit('line', message);
    await writeFiles(workflowsDirectory, { 'a-draft.yaml': draft, 'good.yaml': GOOD });
    const blamed = once(problems, 'line');
    const { engine } = await temporaryEngine(t, { workflowsDirectory, log: { ...silentLogger, error } });
    t.match(await blamed, [/a-draft\.yaml: it is not used, as \S*\/good\.yaml has its name "good"; give it a name/u]);
    t.match(await engine.workflows.get(engine.owner, 'good'), { description: 'good' });

    await t.test('also when the good one is another file by name, and while it is wrong', async (t) => {
      await writeFiles(workflowsDirectory, { 'site.yaml': `name: own\n${GOOD}` });
      await changeOf(engine, 'workflow');
      const blamed = once(problems, 'line');
      await writeFiles(workflowsDirectory, { 'own.yaml': draft.replace('name: good', 'name: own') });
      t.match(await blamed, [/\/own\.yaml: it is not used, as \S*\/site\.yaml has its name/u]);
      const removed = changeOf(engine, 'workflowRemoved');
      await writeFiles(workflowsDirectory, { 'site.yaml': 'stages: [' });
      t.match(await removed, { name: 'own' });
      await t.rejects(engine.workflows.get(engine.owner, 'own'), { message: /its file is wrong\. .*site\.yaml/u });
      const changed = changeOf(engine, 'workflow');
      await rm(join(workflowsDirectory, 'site.yaml'));
      t.match(await changed, { name: 'own', description: 'draft' }, 'once the file is gone, the other has the name');
    });
  },
);

void t.test('of files that are not called as their workflow, the older one keeps the name', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  await writeFiles(workflowsDirectory, {
    'b.yaml': `name: x\n${GOOD}`,
    'a.yaml': `name: x\n${GOOD.replace('good', 'new')}`,
  });
  await utimes(join(workflowsDirectory, 'b.yaml'), 1, 1);
  const { engine } = await temporaryEngine(t, { workflowsDirectory });
  t.match(await engine.workflows.get(engine.owner, 'x'), { description: 'good' });
});

void t.test('an unknown key is logged with the one that was probably meant', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  await writeFiles(workflowsDirectory, {
    'odd.yaml': 'maxjobs: 1\nstages: { "1": { command: "true", runif: "1 == 2", retries: 3 } }',
    'wrong.yaml': 'stages: { "1": { comand: "true" } }',
  });
  const messages: string[] = [];
  const write = (_fields: object, message: string): void => void messages.push(message);
  await temporaryEngine(t, { workflowsDirectory, log: { ...silentLogger, warn: write, error: write } });
  t.match(messages, [
    /wrong\.yaml: stages\.1\.command .*; stages\.1\.comand: unknown key, .* did you mean command\?/u,
    /odd\.yaml: maxjobs: unknown key, it has no effect; did you mean maxJobs\?/u,
    /odd\.yaml: stages\.1\.runif: .*did you mean runIf\?/u,
    /odd\.yaml: stages\.1\.retries: unknown key, it has no effect$/u,
  ]);
});

void t.test('a workflow of another owner is named with its owner, and one of a similar name', async (t) => {
  const workflowsDirectory = await temporaryDirectory(t);
  await writeFiles(workflowsDirectory, { 'bar-sleep.yaml': `owner: operator\n${GOOD}`, 'reduce.yaml': GOOD });
  const { engine } = await temporaryEngine(t, { workflowsDirectory, owner: 'root' });
  await t.rejects(engine.workflows.get('root', 'bar-sleep'), {
    code: 'DM_OBJECT_NOT_FOUND',
    message: 'Workflow bar-sleep of owner root does not exist; operator has one of that name: name the owner.',
  });
  await t.rejects(engine.workflows.get('root', 'redcue'), { message: /does not exist; did you mean reduce\?$/u });
});
