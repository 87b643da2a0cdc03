import { ntScalar, PvaServer } from 'epics-pva-ts';
import { pvxs, type SubscriptionHandle, type ValueHandle } from 'node-pvxs';
import t from 'tap';

await t.test('skimming a subscription gives the newest value and how many were waiting', async (t) => {
  const server = PvaServer.isolated();
  const pv = server.add('t:n', ntScalar('float64'));
  const context = pvxs.contextCreate(server.clientSettings);
  t.teardown(() => {
    pvxs.contextClose(context);
    server.close();
    pvxs.releaseLoop();
  });
  pvxs.retainLoop();
  let total = 0;
  let newest: ValueHandle | null = null;
  const valueOf = (value: ValueHandle | null): unknown =>
    value === null ? null : (pvxs.valueToJs(value, false) as { value: number }).value;
  await new Promise<void>((resolve) => {
    const subscription: SubscriptionHandle = pvxs.contextMonitor(
      context,
      't:n',
      { request: null, server: null },
      () => {
        const { count, last } = pvxs.subscriptionSkim(subscription);
        if (last === null) return;
        newest = last;
        total += count;
        if (total === 1) for (let i = 1; i <= 3; i += 1) pv.post(i);
        if (valueOf(newest) === 3) {
          t.same(pvxs.subscriptionSkim(subscription), { count: 0, last: null }, 'the queue is empty then');
          resolve();
        }
      },
    );
  });
  t.equal(valueOf(newest), 3);
  t.ok(total >= 2 && total <= 4, 'the first value, and those that the server did not squash');
});
