import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileGuard } from 'dm/internal/local/store/file-guard';
import t from 'tap';

void t.test('what the owner of a file has written is no problem, what somebody else has is one', (t) => {
  const file = join(t.testdir({ 'dm.sqlite': 'pages' }), 'dm.sqlite');
  const guard = new FileGuard(file);
  writeFileSync(`${file}-wal`, 'log');
  appendFileSync(file, 'more');
  guard.note();
  t.equal(guard.problem(), null);
  appendFileSync(file, 'even more');
  t.match(guard.problem(), /dm\.sqlite was changed by another program/u);
  t.end();
});

void t.test('a file or a log that goes while its owner writes stays a problem', (t) => {
  const file = join(t.testdir({ 'dm.sqlite': 'pages', 'dm.sqlite-wal': 'log', other: 'pages' }), 'dm.sqlite');
  const ofLog = new FileGuard(file);
  rmSync(`${file}-wal`);
  ofLog.note();
  t.match(ofLog.problem(), /-wal was removed or replaced/u);
  const guard = new FileGuard(file);
  rmSync(file);
  guard.note();
  t.match(guard.problem(), /dm\.sqlite is gone/u);
  renameSync(file.replace('dm.sqlite', 'other'), file);
  guard.note();
  t.match(guard.problem(), /dm\.sqlite was changed by another program/u);
  t.end();
});
