import { collectSaved, restoreSaved, savedSlots, watchSaved } from 'dm-ioc/internal/autosave/saved-signals';
import { SLOT_KINDS } from 'dm-ioc/internal/slots/kinds';
import { newStream, streamSchema, streamWith } from 'dm-ioc/internal/slots/stream/stream';
import { initialState } from 'dm-ioc/internal/state/initial-state';
import { slotOf } from 'dm-ioc/internal/state/state';
import { Store } from 'dm-ioc/internal/state/store';
import tap from 'tap';

const COUNTS = { daq: 1, stream: 2 };
const SAVED = { fields: [], slots: savedSlots(SLOT_KINDS, COUNTS, 'x:') };
const STREAM = newStream(
  { id: 's1', protocol: 'Native', workflow: 'w', owner: 'o', experiment: 'e', dataPv: '', reportPv: '' },
  1_700_000_000_000,
);
const FIELDS = {
  getField: (name: string): string => tap.fail(`${name} is not asked for`) as never,
  putField: (name: string): void => void tap.fail(`${name} is not put`),
};

function store(): Store {
  const identity = { version: '1', backend: 'local', station: 's', owner: 'o' };
  return new Store(initialState({ ...identity, kinds: SLOT_KINDS, slots: COUNTS }), SLOT_KINDS);
}

void tap.test('what DM does not keep of a slot is saved whole, and restored as it was', (t) => {
  t.same(
    SAVED.slots.map(({ name }) => name),
    ['x:Stream1', 'x:Stream2'],
  );
  const before = store();
  before.dispatch({ type: 'slotTaken', kind: 'stream', slot: 2, object: STREAM });
  const values = collectSaved(SAVED, before.state, FIELDS);
  t.same([...values.keys()], ['x:Stream2'], 'an empty slot has nothing');
  const after = store();
  t.same(restoreSaved(SAVED, values, after, FIELDS), []);
  t.same(slotOf(after.state, 'stream', 2).object, STREAM);
  t.equal(slotOf(after.state, 'stream', 2).id, 's1');
  t.equal(slotOf(after.state, 'stream', 1).object, null);
  t.same(restoreSaved(SAVED, new Map([['x:Stream2', '']]), store(), FIELDS), [], 'one that was emptied is empty');
  t.end();
});

void tap.test('a saved slot that is broken is left out, with a line that says what is wrong', (t) => {
  const whole = streamSchema.parse(STREAM);
  const broken = {
    '{"id": "s1"': /^x:Stream1: .*JSON/u,
    '{"id": "s1"}': /^x:Stream1: state /u,
    null: /^x:Stream1: .*expected object/u,
    [JSON.stringify({ ...whole, owner: undefined, state: 'Warm' })]: /^x:Stream1: state is not valid/u,
  };
  for (const [text, wanted] of Object.entries(broken)) {
    const target = store();
    const problems = restoreSaved(
      SAVED,
      new Map([
        ['x:Stream1', text],
        ['x:Stream2', JSON.stringify(whole)],
      ]),
      target,
      FIELDS,
    );
    t.equal(problems.length, 1);
    t.match(problems[0], wanted);
    t.notMatch(problems[0], '\n', 'one line');
    t.equal(slotOf(target.state, 'stream', 1).id, '');
    t.equal(slotOf(target.state, 'stream', 2).id, 's1', 'the others are restored');
  }
  t.end();
});

void tap.test('of a saved stream that can not go on its job remains, to be aborted, and why', (t) => {
  const whole = { ...streamSchema.parse(STREAM), jobId: 'j1', jobStatus: 'running', state: 'Ready' };
  const report = { ...whole.report, stage: 'warm' };
  const broken: [object, string][] = [
    [{ report: { ...report, sequence: 2 ** 53 } }, 'report.sequence must be a whole number from 0 to 2^53'],
    [{ report: { ...report, processRate: null } }, 'report.processRate must be a number, not null'],
    [{ report, pending: [{ sequence: -1 }] }, 'pending.0.sequence must be a whole number from 0 to 2^53'],
    [{ report, state: 'Warm', jobStatus: 7 }, 'state is not valid'],
  ];
  for (const [change, reason] of broken) {
    const target = store();
    const problems = restoreSaved(
      SAVED,
      new Map([['x:Stream1', JSON.stringify({ ...whole, ...change })]]),
      target,
      FIELDS,
    );
    t.match(problems, [reason]);
    const { id, object } = slotOf(target.state, 'stream', 1);
    const kept = { id: 's1', owner: 'o', jobId: 'j1', jobStatus: 'running', workflow: 'w', report: { stage: 'warm' } };
    t.match(object, { ...kept, state: 'Failed', status: 'finalizing', pending: [] });
    t.match((object as { error?: string }).error, reason);
    t.equal(id, 's1');
    t.ok(streamSchema.safeParse(object).success, 'it can be saved and restored from now on');
  }
  const done = JSON.stringify({ ...whole, state: 'Done', jobStatus: 'done', sequence: -1 });
  const target = store();
  restoreSaved(SAVED, new Map([['x:Stream1', done]]), target, FIELDS);
  t.match(slotOf(target.state, 'stream', 1).object, { state: 'Done', status: 'done' });
  t.end();
});

void tap.test('a change of what a slot holds is a change of what is saved', (t) => {
  const one = store();
  let changes = 0;
  const stop = watchSaved(SAVED, one, () => (changes += 1));
  one.dispatch({ type: 'slotTaken', kind: 'stream', slot: 1, object: STREAM });
  one.dispatch({ type: 'objects', kind: 'stream', objects: [streamWith(STREAM, { sequence: 1 })] });
  t.equal(changes, 2);
  stop();
  t.end();
});
