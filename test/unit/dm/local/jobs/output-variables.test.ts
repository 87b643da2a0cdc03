import t from 'tap';
import { OutputVariables } from 'dm/internal/local/jobs/output-variables';

/** Nested repetition: for ever. */
const ENDLESS = '^(?P<x>(a+)+)$';
const WORST_LINE = `${'a'.repeat(75)}!`;

void t.test('of several expressions with the same name the last that matches counts', async (t) => {
  const variables = new OutputVariables();
  t.teardown(() => variables.close());
  const regexes = ['job (?P<job>\\d+)', 'on (?P<node>\\w+)', '(?P<job>\\d+) on', '(?P<job>none)'];
  t.same(await variables.find('job 1, 17 on node3', regexes), {
    variables: { job: '17', node: 'node3' },
    unmatched: [],
  });
  t.same(await variables.find('job 1', []), { variables: {}, unmatched: [] });
});

void t.test('an expression that matches nothing is named, unless another has found its variable', async (t) => {
  const variables = new OutputVariables();
  t.teardown(() => variables.close());
  const regexes = ['n=(?P<n>\\d+)', 'number (?P<n>\\d+)', 'm=(?P<m>\\d+)'];
  t.same(await variables.find('number 17', regexes), { variables: { n: '17' }, unmatched: ['m=(?P<m>\\d+)'] });
});

void t.test(
  'an expression that takes too long is given up, with its name and a remedy, and the others go on',
  async (t) => {
    const variables = new OutputVariables(500);
    t.teardown(() => variables.close());
    const order: string[] = [];
    const slow = variables.find(WORST_LINE, [ENDLESS]).finally(() => order.push('slow'));
    const others = Array.from({ length: 20 }, async (_, index) => {
      t.match(await variables.find(`n=${index}`, ['n=(?P<n>\\d+)']), { variables: { n: String(index) } });
      order.push('other');
    });
    await t.rejects(slow, {
      code: 'DM_TASK_TIMEOUT',
      message: /\(\?P<x>\(a\+\)\+\).* took longer than 0\.5 s.*begin it with/u,
    });
    await Promise.all(others);
    t.equal(order.at(-1), 'slow', 'all others were found while it was evaluated');
    t.match(await variables.find('n=1', ['n=(?P<n>\\d+)']), { variables: { n: '1' } }, 'and afterwards');
  },
);

void t.test('more endless expressions than threads each get their reason', async (t) => {
  const variables = new OutputVariables(100);
  t.teardown(() => variables.close());
  const all = Array.from({ length: 5 }, () => variables.find(WORST_LINE, [ENDLESS]));
  for (const result of await Promise.allSettled(all))
    t.match(result, { status: 'rejected', reason: { code: 'DM_TASK_TIMEOUT' } });
});

void t.test('closing ends what is evaluated and what waits', async (t) => {
  const variables = new OutputVariables(3_600_000);
  const all = Array.from({ length: 5 }, () => variables.find(WORST_LINE, [ENDLESS]));
  const results = Promise.allSettled(all);
  await variables.close();
  for (const result of await results) t.match(result, { status: 'rejected', reason: { code: 'DM_COMMAND_FAILED' } });
  await t.rejects(variables.find('', [ENDLESS]), { code: 'DM_COMMAND_FAILED' });
});
