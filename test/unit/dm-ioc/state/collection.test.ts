import fc from 'fast-check';
import t from 'tap';
import { Collection, KEPT, type ChangeRules, type DmObject } from 'dm-ioc/internal/state/collection';

interface Thing extends DmObject {
  readonly time: number;
}

const rules: ChangeRules<Thing, Thing> = { merge: (thing) => thing, timeOf: ({ time }) => time, isHeld: () => false };
const thing = (id: string, status: string, time: number): Thing => ({ id, status, time });
const none = Collection.empty<Thing>();
const many = (count: number, status: string): Thing[] =>
  Array.from({ length: count }, (_thing, index) => thing(`${status}${index}`, status, index));

await t.test('counts and order are those of what was told last of each object', (t) => {
  const change = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    status: fc.constantFrom('pending', 'running', 'done'),
    time: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(change)), (batches) => {
      const collection = batches.reduce((before, batch) => before.with(batch, rules), none);
      const expected = new Map(batches.flat().map((one) => [one.id, one]));
      t.equal(collection.size, expected.size);
      for (const status of ['pending', 'running', 'done']) {
        t.equal(collection.count(status), [...expected.values()].filter((one) => one.status === status).length);
      }
      t.equal(collection.nActive, collection.count('pending', 'running'));
      const shown = collection.newest();
      t.same(new Set(shown), new Set(expected.values()));
      t.same(
        shown.map(({ time }) => time),
        shown.map(({ time }) => time).sort((a, b) => b - a),
      );
    }),
    { numRuns: 50 },
  );
  t.end();
});

await t.test('a collection does not change when a later one is made of it', (t) => {
  const before = none.with([thing('a', 'pending', 1)], rules);
  const after = before.with([thing('a', 'done', 1), thing('b', 'pending', 2)], rules);
  t.same([before.size, before.nActive, before.count('pending'), before.newest().length], [1, 1, 1, 1]);
  t.same([after.size, after.nActive, after.count('pending'), after.newest()[0]?.id], [2, 1, 1, 'b']);
  t.end();
});

await t.test('a change can be ignored', (t) => {
  const known = none.with([thing('a', 'done', 1)], rules);
  const same = known.with([thing('a', 'running', 1)], { ...rules, merge: () => undefined });
  t.equal(same.get('a')?.status, 'done');
  t.end();
});

await t.test('all active ones are kept, of the ended ones the newest and those that are held', (t) => {
  const isHeld = (id: string): boolean => id === 'done0';
  const collection = none.with([...many(KEPT * 3, 'pending'), ...many(KEPT * 2, 'done')], { ...rules, isHeld });
  t.equal(collection.nActive, KEPT * 3);
  t.equal(collection.count('done'), KEPT);
  t.ok(collection.has('done0') && !collection.has('done1'));
  t.equal(collection.newest().length, KEPT, 'a table has so many rows');
  t.equal(collection.newest()[0]?.time, KEPT * 3 - 1, 'the newest');
  t.end();
});
