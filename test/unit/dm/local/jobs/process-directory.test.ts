import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { ProcessDirectory } from 'dm/internal/local/jobs/process-directory';
import { parseRunnerStatus } from 'dm/internal/local/jobs/stage-runner';
import { temporaryDirectory } from '../../port/temporary-directory.js';

void t.test('the last bytes of an output are read, and no character is cut', async (t) => {
  const path = await temporaryDirectory(t);
  const directory = new ProcessDirectory(path);
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 60, unit: 'grapheme' }), async (all) => {
      await writeFile(join(path, 'out'), all);
      const { text, omittedBytes } = await directory.output('out', 32);
      const size = Buffer.byteLength(all);
      return (
        all.endsWith(text) &&
        Buffer.byteLength(text) >= Math.min(size, 32) - 3 &&
        omittedBytes === Math.max(0, size - 32)
      );
    }),
    { numRuns: 50 },
  );
  await writeFile(join(path, 'err'), 'aééé');
  t.same(await directory.output('err', 4), { text: 'éé', omittedBytes: 3 });
  await writeFile(join(path, 'err'), Buffer.from('aé').subarray(0, 2));
  t.same(await directory.output('err', 4, true), { text: 'a', omittedBytes: 0 }, 'the rest of it comes later');
  t.same(await directory.output('err', 4), { text: 'a\ufffd', omittedBytes: 0 }, 'the rest of it never came');
  t.same(await new ProcessDirectory(join(path, 'none')).output('out', 4), { text: '', omittedBytes: 0 });
});

void t.test('a directory is claimed once', async (t) => {
  const directory = new ProcessDirectory(await temporaryDirectory(t));
  t.equal(await directory.status(), undefined);
  t.equal(await directory.revoke(), true);
  t.equal(await directory.revoke(), false, 'whoever comes later is refused');
  await t.rejects(new ProcessDirectory('/nowhere/1').revoke(), { code: 'ENOENT' });
});

void t.test('a status says who runs, on which boot, and how it ended', (t) => {
  const started = { pid: 17, bootId: 'b-1', message: '', exit: undefined };
  t.same(parseRunnerStatus('started 17 b-1\n'), started);
  t.same(parseRunnerStatus('started 17 b-1\nexit 0\n'), { ...started, exit: 0 });
  t.same(parseRunnerStatus('started 17 b-1\nKilled\nexit 137\n'), { ...started, message: 'Killed', exit: 137 });
  t.same(parseRunnerStatus('started 17 b-1\nexit 1'), { ...started, message: 'exit 1' }, 'a word that is not out yet');
  t.same(parseRunnerStatus('revoked\n'), { pid: undefined, bootId: '', message: 'revoked', exit: undefined });
  t.same(parseRunnerStatus(''), { pid: undefined, bootId: '', message: '', exit: undefined });
  t.end();
});
