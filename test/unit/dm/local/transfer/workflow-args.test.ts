import t from 'tap';
import { workflowArgs } from 'dm/internal/local/transfer/workflow-args';

void t.test('workflowArgs is pairs, JSON or an object', (t) => {
  t.same(workflowArgs(undefined), {});
  t.same(workflowArgs('qmap:a.h5, type:Multitau,url:https://x'), { qmap: 'a.h5', type: 'Multitau', url: 'https://x' });
  t.same(workflowArgs('{"a": 1}'), { a: 1 });
  t.same(workflowArgs({ a: [1] }), { a: [1] });
  t.throws(() => workflowArgs('novalue'), { code: 'DM_INVALID_ARGUMENT' });
  t.throws(() => workflowArgs('{"a":'), { code: 'DM_INVALID_ARGUMENT' });
  t.end();
});
