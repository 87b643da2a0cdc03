import t from 'tap';
import { displayCommand, jobEnvironment, jobVariables, reservedReason } from 'dm/internal/local/jobs/job-variables';

void t.test('keys of a job become variables of its commands, as text', (t) => {
  const variables = jobVariables({
    id: 'u-1',
    filePath: '/a b',
    number: 3,
    flag: true,
    list: ['x', 1],
    nothing: null,
    workflow: { name: 'w' },
    'not-a-name': 'x',
    '1st': 'x',
    'with\0nul': 'x',
    nul: 'a\0b',
  });
  t.same(Object.fromEntries(variables), {
    id: 'u-1',
    filePath: '/a b',
    number: '3',
    flag: 'true',
    list: '["x",1]',
    nothing: '',
  });
  const environment = jobEnvironment(process.env, 'u-1', variables);
  t.equal(environment['PATH'], process.env['PATH']);
  t.match(environment, { filePath: '/a b', DM_JOB_ID: 'u-1' });
  t.end();
});

void t.test("names that are DM's or that programs obey are reserved", (t) => {
  for (const name of [
    'PATH',
    'LD_PRELOAD',
    'IFS',
    'BASH_ENV',
    'ENV',
    'PYTHONPATH',
    'NODE_OPTIONS',
    'id',
    'status',
    'workflow',
    'DM_JOB_ID',
  ]) {
    t.type(reservedReason(name), 'string', name);
  }
  for (const name of ['filePath', 'experimentName', 'qmap', 'md5Sum', 'path', 'DETECTOR'])
    t.equal(reservedReason(name), undefined, name);
  t.end();
});

void t.test('a command is shown with its values; what is unknown stays', (t) => {
  const variables = new Map([['timeStamp', '2026']]);
  t.equal(
    displayCommand('mkdir /tmp/$timeStamp.${timeStamp} $other $(date)', variables),
    'mkdir /tmp/2026.2026 $other $(date)',
  );
  t.end();
});
