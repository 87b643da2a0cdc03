import t from 'tap';
import { outputRegex } from 'dm/internal/local/jobs/output-regex';

void t.test("Python's named groups give variables", (t) => {
  const find = (stdOut: string, regex: string): Record<string, string> | undefined => outputRegex(regex).search(stdOut);
  t.same(find('20260515081246\n', '(?P<timeStamp>.*)'), { timeStamp: '20260515081246' });
  t.same(find('job 17 on node3', 'job (?P<job>\\d+) on (?P<node>\\w+)'), { job: '17', node: 'node3' });
  t.same(find('Result: /x/y.h5', '(?i)result: (?P<file>\\S+)\\Z'), { file: '/x/y.h5' });
  t.same(find('aa', '(?P<c>a)(?P=c)'), { c: 'a' });
  t.same(find('nothing here', 'value=(?P<value>\\d+)'), undefined, 'no match');
  t.same(find('b', '(?P<a>a)?(?P<b>b)'), { b: 'b' }, 'a group that took no part gives no variable');
  t.end();
});

void t.test('a wrong expression, one without a name and one with a reserved name are refused', (t) => {
  for (const regex of ['(?P<x>(', '.*', '(?P<PATH>.*)', '(?P<id>.*)']) {
    t.throws(() => outputRegex(regex), { code: 'DM_INVALID_ARGUMENT' }, regex);
  }
  t.end();
});
