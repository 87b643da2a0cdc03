import t from 'tap';
import { checkArguments } from 'dm/internal/local/workflows/check-arguments';

const workflow = {
  name: 'w',
  owner: 'o',
  arguments: {
    filePath: { required: true },
    machine: { choices: ['polaris', 'local'] },
    number: { choices: [1, 2] },
    steps: { type: 'multiple_choice', choices: ['a', 'b', 'c'] },
  },
  stages: { '1': { command: 'true' } },
};
const refused = { code: 'DM_INVALID_ARGUMENT' };

void t.test('arguments are required, and chosen, as the workflow says', (t) => {
  for (const args of [
    {},
    { machine: 'local' },
    { number: 2 },
    { number: '2' },
    { steps: 'a, c' },
    { steps: ['a', 'b'] },
    { free: 'x' },
  ]) {
    t.doesNotThrow(() => {
      checkArguments(workflow, { filePath: '/x', ...args });
    }, JSON.stringify(args));
  }
  const wrong = [
    { filePath: '' },
    { filePath: undefined },
    { machine: 'mars' },
    { number: 3 },
    { steps: 'a,d' },
    { steps: ['d'] },
    { PATH: '/x' },
    { workflow: 'x' },
  ];
  for (const args of wrong) {
    t.throws(
      () => {
        checkArguments(workflow, { filePath: '/x', ...args });
      },
      refused,
      JSON.stringify(args),
    );
  }
  t.end();
});
