import t from 'tap';
import { daqInfoSchema } from 'dm';

await t.test('the percentage of a DAQ is a number, however DM writes it', (t) => {
  const of = (percentageComplete: unknown): number | undefined =>
    daqInfoSchema.parse({ id: 'a', experimentName: 'e', dataDirectory: '/d', status: 'running', percentageComplete })
      .percentageComplete;
  t.same(['12.50', '100 %', 33.3, 'n/a', null, undefined, ''].map(of), [
    12.5,
    100,
    33.3,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  t.end();
});
