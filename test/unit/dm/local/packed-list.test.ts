import fc from 'fast-check';
import t from 'tap';
import { PackedList } from 'dm/internal/local/packed-list';

void t.test('a packed list gives what was put in, in its order', (t) => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string())), fc.integer({ min: 1, max: 5 }), (pushes, chunkItems) => {
      const list = new PackedList<string>(chunkItems);
      for (const items of pushes) list.push(items);
      const all = pushes.flat();
      if (list.length !== all.length) return false;
      const taken: string[] = [];
      while (list.length > 0) taken.push(...list.shift());
      return JSON.stringify(taken) === JSON.stringify(all) && list.shift().length === 0;
    }),
  );
  t.end();
});
