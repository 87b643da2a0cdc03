import { Autosave } from 'dm-ioc/internal/autosave/autosave';
import { lockDirectory } from 'dm-ioc/internal/autosave/lock-directory';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const LOCK_MODULE = import.meta.resolve('dm-ioc/internal/autosave/lock-directory');

function setUp(directory: string) {
  const value = { text: 'one' };
  const quick: string[] = [];
  const outcomes: (string | null)[] = [];
  const heard: (() => void)[] = [];
  let writings = 0;
  const autosave = new Autosave({
    directory,
    version: '1',
    collect: () => {
      writings += 1;
      return new Map([['x', value.text]]);
    },
    collectQuick: () => quick.splice(0).reduce((values, text) => values.set('x', text), new Map<string, string>()),
    onOutcome: (problem) => {
      outcomes.push(problem);
      for (const listener of heard.splice(0)) listener();
    },
  });
  const outcome = (): Promise<void> => new Promise((resolve) => heard.push(resolve));
  return { autosave, value, quick, outcomes, outcome, writings: () => writings };
}

const restored = (directory: string): string | undefined => Autosave.restore(directory, () => undefined).get('x');

await t.test('a broken file is passed over for the backup, and named', async (t) => {
  const directory = t.testdir();
  t.equal(restored(directory), undefined, 'nothing yet');
  const { autosave, value } = setUp(directory);
  value.text = 'one two';
  await autosave.close();
  t.equal(restored(directory), 'one two');
  writeFileSync(join(directory, 'dm-ioc.sav'), 'x cut o');
  const ignored: string[] = [];
  t.equal(Autosave.restore(directory, (file) => ignored.push(file)).get('x'), 'one two', 'from the backup');
  t.same(ignored, [join(directory, 'dm-ioc.sav')]);
});

await t.test('what has changed is in the file when saving resolves, and all who wait share one writing', async (t) => {
  const directory = t.testdir();
  const { autosave, value, writings } = setUp(directory);
  const first = autosave.save();
  await Promise.resolve();
  value.text = 'two';
  await Promise.all([autosave.save(), autosave.save(), autosave.save()]);
  t.match(readFileSync(join(directory, 'dm-ioc.sav'), 'utf8'), /^x two$/mu);
  await first;
  t.equal(writings(), 2, 'the one that was under way, and one for the three');
  await autosave.close();
});

await t.test('a directory that fails is told once and tried again, and its end is told', async (t) => {
  const directory = join(t.testdir(), 'autosave');
  const { autosave, outcomes, outcome } = setUp(directory);
  await autosave.save();
  await autosave.save();
  t.match(outcomes, [/ENOENT/u]);
  const works = outcome();
  mkdirSync(directory);
  await works;
  t.equal(outcomes[1], null);
  t.equal(restored(directory), 'one', 'without another change');
  await autosave.close();
});

await t.test(
  'what is saved quickly is restored over what was saved before, and forgotten with the next file',
  async (t) => {
    const directory = t.testdir();
    const { autosave, quick, value } = setUp(directory);
    await autosave.save();
    quick.push('two\nlines');
    await autosave.saveQuickly();
    t.equal(restored(directory), 'two\nlines');
    quick.push('three');
    value.text = 'three';
    const saved = autosave.saveQuickly();
    await autosave.saveQuickly();
    await saved;
    t.equal(restored(directory), 'three', 'the last one counts');
    value.text = 'four';
    await autosave.save();
    t.equal(restored(directory), 'four', 'older than the file');
    t.same(readdirSync(directory).sort(), ['dm-ioc.sav', 'dm-ioc.savB']);
    quick.push('five');
    await autosave.saveQuickly();
    await autosave.close();
    t.equal(restored(directory), 'four', 'what was collected last');
  },
);

await t.test('a line that was not written whole, and journals that the file has overtaken, are left out', async (t) => {
  const directory = t.testdir();
  const { autosave, quick } = setUp(directory);
  quick.push('two');
  await autosave.saveQuickly();
  const journal = join(directory, 'dm-ioc.journal.1');
  appendFileSync(journal, 'x thr');
  t.equal(restored(directory), 'two', 'there is no file yet');
  await autosave.save();
  t.equal(existsSync(journal), false);
  writeFileSync(journal, 'x two\n');
  t.equal(restored(directory), 'one', 'as if the IOC had died before it could remove it');
  writeFileSync(join(directory, 'dm-ioc.journal.2'), 'x six\nx sev');
  t.equal(restored(directory), 'six');
  await autosave.close();
});

await t.test('what can not be saved quickly is told, and saved in the other way', async (t) => {
  const directory = t.testdir();
  const { autosave, quick, value, outcomes, outcome } = setUp(directory);
  mkdirSync(join(directory, 'dm-ioc.journal.1'));
  quick.push('two');
  value.text = 'two';
  const works = outcome().then(outcome);
  await autosave.saveQuickly();
  t.match(outcomes, [/EISDIR/u]);
  rmSync(join(directory, 'dm-ioc.journal.1'), { recursive: true });
  await works;
  t.equal(outcomes[1], null);
  t.equal(restored(directory), 'two');
  await autosave.close();
});

await t.test('a directory is for one IOC, until that ends, however it ends', async (t) => {
  const directory = join(t.testdir(), 'new', 'autosave');
  const script = `(await import('${LOCK_MODULE}')).lockDirectory('${directory}'); console.log('locked'); setInterval(() => 0, 1e6)`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  t.throws(() => lockDirectory(directory), {
    code: 'AUTOSAVE_IN_USE',
    message: /give each its own autosave\.directory/u,
  });
  const ended = once(other, 'exit');
  other.kill('SIGKILL');
  await ended;
  const unlock = lockDirectory(directory);
  t.throws(() => lockDirectory(directory), { code: 'AUTOSAVE_IN_USE' });
  unlock();
  lockDirectory(directory)();
  rmSync(directory, { recursive: true });
  writeFileSync(directory, '');
  t.throws(() => lockDirectory(directory), { code: 'AUTOSAVE_DIRECTORY', message: /set autosave\.directory/u });
});
