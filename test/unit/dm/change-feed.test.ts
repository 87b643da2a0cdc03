import { ChangeFeed, silentLogger, type DmChange } from 'dm';
import t from 'tap';

void t.test('what is told at once is heard in one batch, in its order, a microtask later', async (t) => {
  const feed = new ChangeFeed(silentLogger);
  const batches: (readonly DmChange[])[] = [];
  feed.subscribe((changes) => batches.push(changes));
  feed.tell('experimentRemoved', 'a');
  feed.tell('workflowRemoved', { owner: 'me', name: 'w' });
  t.same(batches, []);
  await Promise.resolve();
  feed.tell('experimentRemoved', 'b');
  await Promise.resolve();
  t.same(batches, [
    [
      { kind: 'experimentRemoved', value: 'a' },
      { kind: 'workflowRemoved', value: { owner: 'me', name: 'w' } },
    ],
    [{ kind: 'experimentRemoved', value: 'b' }],
  ]);
});

void t.test('a listener that throws keeps no change from the others, and is logged', async (t) => {
  const errors: string[] = [];
  const feed = new ChangeFeed({ ...silentLogger, error: (_fields, message) => errors.push(message) });
  const heard: string[] = [];
  feed.on('experimentRemoved', () => {
    throw new Error('a mistake of the listener');
  });
  const stop = feed.on('experimentRemoved', (name) => heard.push(name));
  feed.tell('experimentRemoved', 'a');
  feed.tell('experimentRemoved', 'b');
  await Promise.resolve();
  stop();
  feed.tell('experimentRemoved', 'c');
  await Promise.resolve();
  t.same(heard, ['a', 'b']);
  t.same(errors, Array(3).fill('a listener of changes failed'));
});
