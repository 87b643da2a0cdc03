import t from 'tap';
import { ChangeFilter } from 'dm/internal/rest/change-filter';

interface Thing {
  readonly id: string;
  readonly status: string;
  readonly detail?: string;
}

function filter(): { changes: ChangeFilter<Thing>; told: Thing[] } {
  const told: Thing[] = [];
  return {
    told,
    changes: new ChangeFilter<Thing>(
      ({ id }) => id,
      (thing) => told.push(thing),
    ),
  };
}

await t.test('each change is told once; a list is laid over what is known', async (t) => {
  const { changes, told } = filter();
  changes.replace({ id: 'a', status: 'running', detail: 'whole' });
  await changes.takeWhole([{ id: 'a', status: 'running' }], changes.beginList());
  await changes.takeWhole([{ id: 'a', status: 'done' }], changes.beginList());
  t.same(told, [
    { id: 'a', status: 'running', detail: 'whole' },
    { id: 'a', status: 'done', detail: 'whole' },
  ]);
});

await t.test('what is learnt while a list is under way, or being taken, is newer than it', async (t) => {
  const { changes, told } = filter();
  const begun = changes.beginList();
  changes.replace({ id: 'a', status: 'done' });
  const list = Array.from({ length: 250 }, (_, index) => ({ id: `l${index}`, status: 'running' }));
  const taking = changes.takeWhole([{ id: 'a', status: 'running' }, ...list], begun);
  changes.replace({ id: 'l249', status: 'done' });
  changes.delete('l248');
  t.ok(told.length < list.length, 'a long list is taken in pieces');
  await taking;
  t.match(changes.get('a'), { status: 'done' });
  t.match(changes.get('l249'), { status: 'done' });
  t.equal(changes.get('l248'), undefined);
  t.equal(told.length, 250);
});

await t.test('a whole list shows what has gone, a part of one does not', async (t) => {
  const { changes } = filter();
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, status: 'done' }));
  if (a === undefined || b === undefined || c === undefined) return;
  await changes.takeWhole([a, b, c], changes.beginList());
  await changes.takeList([a], changes.beginList());
  t.same([...changes.values()], [a, b, c]);
  const isHeld = (key: string): boolean => key === 'c';
  t.same(await changes.takeWhole([a], changes.beginList(), isHeld), [b]);
  changes.prune(0, ({ id }) => id === 'a');
  t.same([...changes.values()], [c]);
});
