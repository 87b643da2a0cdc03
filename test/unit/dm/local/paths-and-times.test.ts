import t from 'tap';
import { dateText, elapsedSeconds, parseDate, timestampText } from 'dm/internal/local/dm-time';
import { fileWithin } from 'dm/internal/file-within';
import { relativePath } from 'dm/internal/relative-path';

void t.test('a relative path stays inside', (t) => {
  t.equal(relativePath('a//b/./c/', 'p'), 'a/b/c');
  t.equal(relativePath('', 'p'), '');
  for (const path of ['/a', '..', 'a/../b', '../a', 'a\0b']) {
    t.throws(
      () => relativePath(path, 'destDirectory'),
      { code: 'DM_INVALID_ARGUMENT', message: /destDirectory/u },
      JSON.stringify(path),
    );
  }
  t.end();
});

void t.test('blanks are part of a path, and a name that no file can have is refused', (t) => {
  t.equal(relativePath(' a / b ', 'p'), ' a / b ');
  t.equal(fileWithin(' lead.dat', ['/data']), ' lead.dat');
  t.equal(relativePath('x'.repeat(255), 'p'), 'x'.repeat(255));
  t.throws(() => relativePath('é'.repeat(128), 'destDirectory'), { message: /destDirectory has a name of more than/u });
  t.end();
});

void t.test('a file of a data directory is given relative to it or by its whole path', (t) => {
  t.equal(fileWithin('a/b.h5', ['/data']), 'a/b.h5');
  t.equal(fileWithin('/data/a/b.h5', ['/data']), 'a/b.h5');
  t.equal(fileWithin('/data//a/b.h5', ['/data/']), 'a/b.h5');
  t.equal(fileWithin('/mnt/data/b.h5', ['/data', '/mnt/data']), 'b.h5', 'the directory has two names');
  t.equal(fileWithin('/data/b.h5', ['@voyager:/data']), 'b.h5');
  for (const path of ['/data2/b.h5', '/etc/hostname', '/data/../etc/hostname', '/data/x/../b.h5']) {
    const message = new RegExp(`^experimentFilePath "${path}" is not in the data directory /data;`, 'u');
    t.throws(() => fileWithin(path, ['/data']), { code: 'DM_INVALID_ARGUMENT', message }, path);
  }
  t.throws(() => fileWithin('../b.h5', ['/data']), { code: 'DM_INVALID_ARGUMENT' });
  t.end();
});

void t.test("times have DM's shapes", (t) => {
  t.match(timestampText(1778252821.88), /^2026\/05\/\d\d \d\d:\d\d:01 [A-Z]+/u);
  t.match(dateText(new Date(2026, 1, 26, 13, 26, 39, 763)), /^2026-02-26 13:26:39\.763000[-+]\d\d:\d\d$/u);
  t.same(parseDate('26-Feb-26', 'd'), new Date(2026, 1, 26));
  t.same(parseDate('2026-02-26', 'd'), new Date(2026, 1, 26));
  t.same(parseDate('2026-02-26 12:00:00-06:00', 'd'), new Date('2026-02-26T18:00:00Z'));
  t.throws(() => parseDate('31-Feb-26', 'startDate'), { code: 'DM_INVALID_ARGUMENT', message: /startDate/u });
  t.throws(() => parseDate('soon', 'startDate'), { code: 'DM_INVALID_ARGUMENT' });
  t.end();
});

void t.test('a run time has microseconds, and none when the clock was set back', (t) => {
  t.equal(elapsedSeconds(1_795_578_657.6, 1_795_578_657.607), 0.007);
  t.equal(elapsedSeconds(1_795_578_657, 1_795_578_650), 0);
  t.end();
});
