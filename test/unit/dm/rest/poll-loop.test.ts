import t from 'tap';
import { PollLoop } from 'dm/internal/rest/poll-loop';

/** What timers may be early. */
const EARLY_MS = 2;

await t.test('a poll is never repeated faster than it takes, also when it is poked, or fails', async (t) => {
  for (const fails of [false, true]) {
    const times: { begunMs: number; endedMs: number }[] = [];
    let enough = (): void => undefined;
    const done = new Promise<void>((resolve) => (enough = resolve));
    const loop = new PollLoop({
      run: async () => {
        const begunMs = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 60));
        times.push({ begunMs, endedMs: performance.now() });
        setImmediate(() => {
          loop.poke();
        });
        if (times.length === 3) enough();
        if (fails) throw new Error('slow, and then nothing');
      },
      periodMs: () => 1,
      maxBackoffMs: () => 1,
      onError: () => undefined,
    });
    loop.start();
    await done;
    await loop.stop();
    for (const [index, { begunMs, endedMs }] of times.entries()) {
      const next = times[index + 1];
      if (next !== undefined) t.ok(next.begunMs - endedMs >= endedMs - begunMs - EARLY_MS);
    }
  }
});

await t.test('a service that is back is asked at once', async (t) => {
  let polls = 0;
  let polled = (): void => undefined;
  const loop = new PollLoop({
    run: async () => {
      polls += 1;
      polled();
      if (polls === 1) throw new Error('down');
      return Promise.resolve();
    },
    periodMs: () => 3_600_000,
    maxBackoffMs: () => 3_600_000,
    onError: () => {
      setImmediate(() => {
        loop.poke();
        loop.poke(true);
      });
    },
  });
  const second = new Promise<void>((resolve) => {
    polled = () => {
      if (polls === 2) resolve();
    };
  });
  loop.start();
  await second;
  await loop.stop();
  t.equal(polls, 2);
});
