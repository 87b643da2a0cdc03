import t from 'tap';
import { skippedStages, stageRows, type ChildProcess, type Job } from 'dm';
import { jobWarnings } from 'dm-ioc/internal/slots/workflow/job-warnings';
import { conciseReport, stageReport } from 'dm-ioc/internal/slots/workflow/report';
import { variablesJson } from 'dm-ioc/internal/slots/workflow/variable-table';

function processes(stageId: string, ...children: Partial<ChildProcess>[]): Record<string, ChildProcess> {
  return Object.fromEntries(
    children.map((child, number) => [
      String(number),
      { stageId, childProcessNumber: number, command: 'true', status: 'done', ...child },
    ]),
  );
}

/** Of stages 1, 2 and 3, those that ran have a process. */
function jobWith(keys: Partial<Job>, ...ran: string[]): Job {
  const stages = Object.fromEntries(
    ['1', '2', '3'].map((id) => [
      id,
      { command: 'true', ...(ran.includes(id) && { childProcesses: processes(id, {}) }) },
    ]),
  );
  return { id: 'j', owner: 'o', status: 'running', workflow: { name: 'w', owner: 'o', stages }, runTime: 1, ...keys };
}

void t.test('a stage that its runIf left out is skipped, and counts as passed', (t) => {
  const lastLeftOut = jobWith({ status: 'done', stage: '2' }, '1', '2');
  t.same(skippedStages(lastLeftOut), ['3']);
  t.same(
    stageRows(lastLeftOut).map(({ status }) => status),
    ['done', 'done', 'skipped'],
  );
  t.match(conciseReport(lastLeftOut, 0), /^w done 2 \(3\/3, 1 skipped\)/u);
  t.match(stageReport(lastLeftOut, 0), /\n3 +skipped/u);
  t.match(conciseReport(jobWith({ stage: '3' }, '1', '3'), 0), /^w running 3 \(3\/3, 1 skipped\)/u);
  const failed = jobWith({ status: 'failed', stage: '2' }, '1', '2');
  t.same(skippedStages(failed), [], 'a stage that was not reached is no skipped one');
  t.match(conciseReport(failed, 0), /^w failed 2 \(2\/3\)/u);
  t.end();
});

void t.test('what is odd about a job is a warning, and stands in its report', (t) => {
  const job = jobWith({ status: 'done', stage: '3', detecotr: 'eiger' });
  const stages = {
    '1': {
      command: 'echo "$detector"',
      childProcesses: processes('1', { warning: 'regular expression x matches nothing' }),
    },
    '2': {
      command: 'true',
      repeatUntil: '1 == 1',
      childProcesses: processes('2', { warning: 'not yet' }, {}),
    },
  };
  const odd = { ...job, workflow: { name: 'w', owner: 'o', stages } };
  t.same(jobWarnings(odd, 'local'), [
    '1: regular expression x matches nothing',
    'argument detecotr: no stage uses it; did you mean detector?',
  ]);
  t.same(jobWarnings(jobWith({ status: 'done' }), 'local'), ['done, but no stage ran']);
  t.match(conciseReport(odd, 0, jobWarnings(odd, 'local').join('; ')), /: 1: regular .*; argument detecotr/u);
  t.end();
});

void t.test('the variables of a job are a whole JSON object, in the order of the stages', (t) => {
  const stages = {
    b: { command: 'true', outputVariableRegexList: ['(?P<second>.*)', '(?P<missing>x)'] },
    a: { command: 'true', outputVariableRegexList: ['(?P<first>.*)'] },
  };
  const job = { ...jobWith({ first: '1', second: 'é"', filePath: '/x' }), workflow: { name: 'w', owner: 'o', stages } };
  t.same(variablesJson(job), { value: '{"first":"1","second":"é\\""}' });
  const long = variablesJson({ ...job, second: 'x'.repeat(9000) });
  t.same(long, { value: '{"first":"1"}', severity: 'MINOR', message: '1 too long: see Variables' });
  t.same(variablesJson(jobWith({})), { value: '{}' });
  t.end();
});
