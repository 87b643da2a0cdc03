import { ntScalar, PvaClient, PvaError, PvaServer, typed } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../patience.js';

await t.test('an option that a call does not know is refused, named with those it knows', async (t) => {
  using server = PvaServer.isolated();
  using client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  let puts = 0;
  const pv = server.add('t:n', ntScalar('int32'), {
    onPut: () => {
      puts++;
    },
  });
  const bad = { complete: true } as never;
  const refusals: readonly (readonly [string, () => unknown])[] = [
    ['PvaClient', () => new PvaClient(bad)],
    ['get', () => client.get('t:n', bad)],
    ['info', () => client.info('t:n', bad)],
    ['put', () => client.put('t:n', 1, bad)],
    ['rpc', () => client.rpc('t:n', {}, bad)],
    ['monitor', () => client.monitor('t:n', bad)],
    ['discover', () => client.discover(bad)],
    ['list', () => client.list('127.0.0.1:1', bad)],
    ['add', () => server.add('t:m', ntScalar('int32'), bad)],
    ['addRpc', () => server.addRpc('t:m', bad, () => undefined)],
    [
      'post',
      () => {
        pv.post(1, bad);
      },
    ],
    [
      'postFields',
      () => {
        pv.postFields({ value: 1 }, bad);
      },
    ],
    ['typed', () => typed(ntScalar('int32'), 1, bad)],
    ['the metadata', () => ntScalar('int32', bad)],
  ];
  for (const [call, refused] of refusals) {
    const error = await Promise.resolve()
      .then(refused)
      .catch((reason: unknown) => reason);
    t.ok(error instanceof PvaError && error.code === 'PVA_OPTION', call, { error });
    t.match(error, { message: new RegExp(`${call}.* doesn't know complete; it knows \\w+`) });
  }
  t.same([puts, pv.get(), server.names], [0, 0, ['t:n']], 'nothing has been done');
  await client.put('t:n', 1, { complete: undefined, block: true } as never);
  t.equal(puts, 1, 'what is undefined is not given');
});
