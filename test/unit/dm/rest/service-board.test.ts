import type { ServiceHealth } from 'dm';
import { ServiceBoard } from 'dm/internal/rest/service-board';
import t from 'tap';

const ignored = (): void => undefined;

await t.test('a service is connected when all its URLs are, each once however often it is configured', (t) => {
  const told: ServiceHealth[] = [];
  const board = new ServiceBoard(
    [
      ['DAQ', 'http://a'],
      ['DAQ', 'http://b'],
      ['DAQ', 'http://a'],
    ],
    { changed: (health) => told.push(health), doubted: ignored, suspected: ignored, recovered: ignored },
  );
  const [a, b, ...others] = board.urls;
  t.same(others, []);
  a?.contact();
  t.equal(told.at(-1)?.connected, false);
  b?.contact();
  t.equal(told.at(-1)?.connected, true);
  b?.silent('gone');
  t.match(told.at(-1), { service: 'DAQ', connected: false, lastError: 'gone' });
  t.end();
});
