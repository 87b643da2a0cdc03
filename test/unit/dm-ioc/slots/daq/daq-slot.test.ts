import type { DaqInfo } from 'dm';
import t from 'tap';
import { daqKind } from 'dm-ioc/internal/slots/daq/daq-kind';
import type { Action } from 'dm-ioc/internal/state/action';
import type { Store } from 'dm-ioc/internal/state/store';
import { emptyStore } from '../../empty-store.js';
import { daqs, uploads } from '../../typed-kinds.js';

const DAQ: DaqInfo = {
  id: 'd',
  experimentName: 'demo',
  dataDirectory: '/d',
  status: 'running',
  countFiles: 4,
  nProcessedFiles: 4,
  nCompletedFiles: 4,
  nProcessingErrors: 0,
};
const NOW_S = 1000;

function storeWith(daq: DaqInfo): Store {
  const store = emptyStore('me', 'local', () => NOW_S * 1000);
  store.dispatch(daqs.taken(1, daq));
  return store;
}

function shown({ state }: Store, name: string): unknown {
  const signal = daqKind.signals[name];
  return signal?.kind === 'reading' ? signal.read(daqs.slotOf(state, 1)) : undefined;
}

const selected = (name: string): Action => ({ type: 'experimentSelected', experiment: { id: 1, name } });

await t.test(
  'a DAQ that runs for another experiment than the selected one says so at once, as long as it runs',
  (t) => {
    const store = storeWith(DAQ);
    t.equal(shown(store, 'experiment'), 'demo');
    t.same(shown(store, 'status'), { value: 'Running' }, 'none is selected');
    store.dispatch(selected('user2'));
    const message = 'stores for demo, selected is user2';
    t.same(shown(store, 'status'), { value: 'Running', severity: 'MINOR', message });
    t.equal(shown(store, 'errorMessage'), message);
    store.dispatch(daqs.told({ ...DAQ, nProcessingErrors: 1, errorMessage: 'a: gone' }));
    t.match(shown(store, 'status'), { message: `${message}; a: gone` }, 'beside what else is wrong');
    store.dispatch(daqs.told(DAQ), selected('demo'));
    t.same(shown(store, 'status'), { value: 'Running' });
    store.dispatch(selected('user2'), daqs.told({ ...DAQ, status: 'finalizing' }));
    t.same(shown(store, 'status'), { value: 'Finalizing' }, 'it takes nothing new');
    t.end();
  },
);

await t.test('a file that keeps Sync or Stop waiting is named, and only then', (t) => {
  const waiting = { ...DAQ, waitingFor: 'run.h5', waitingSince: NOW_S - 60 };
  t.same(shown(storeWith(waiting), 'status'), { value: 'Running' }, 'nobody waits');
  t.same(shown(storeWith({ ...waiting, isAwaited: true, waitingSince: NOW_S - 1 }), 'status'), { value: 'Running' });
  const late = { severity: 'MINOR', message: 'waits for run.h5: it is still being written' };
  t.same(shown(storeWith({ ...waiting, isAwaited: true }), 'status'), { value: 'Running', ...late });
  t.same(shown(storeWith({ ...waiting, status: 'finalizing' }), 'status'), { value: 'Finalizing', ...late });
  t.end();
});

await t.test('a failed job of a DAQ shows on its count, its status and the message of the IOC', (t) => {
  const store = storeWith(DAQ);
  t.equal(shown(store, 'nJobsFailed'), 0);
  store.dispatch(daqs.told({ ...DAQ, nJobsFailed: 2, jobError: 'a.h5: 01 failed (exit 3)' }));
  const message = '2 jobs failed: a.h5: 01 failed (exit 3)';
  t.same(shown(store, 'nJobsFailed'), { value: 2, severity: 'MINOR', message });
  t.same(shown(store, 'status'), { value: 'Running', severity: 'MINOR', message });
  t.match(store.state.service.message, {
    text: 'a job of /d failed: a.h5: 01 failed (exit 3)',
    severity: 'MINOR',
  });
  const begun = storeWith({ ...DAQ, nJobsFailed: 1, jobError: 'old' });
  t.equal(begun.state.service.message.text, '', 'what failed before the start of the IOC is no news');
  store.dispatch(daqs.told({ ...DAQ, status: 'done', nJobsFailed: 2, jobError: 'a.h5: 01 failed (exit 3)' }));
  t.same(shown(store, 'status'), { value: 'Done', severity: 'MINOR', message }, 'also after its end');
  t.end();
});

await t.test('what failed is no part of the percentage, whatever DM says', (t) => {
  const failing = { ...DAQ, nCompletedFiles: 3, nProcessingErrors: 1 };
  t.equal(shown(storeWith({ ...failing, percentageComplete: 100 }), 'percent'), 75);
  t.equal(shown(storeWith({ ...failing, percentageComplete: 50 }), 'percent'), 50);
  t.equal(shown(storeWith({ ...DAQ, percentageComplete: 100 }), 'percent'), 100);
  t.end();
});

await t.test('an upload shows its experiment, and a failed job, too', (t) => {
  const store = emptyStore();
  store.dispatch(
    uploads.taken(1, DAQ),
    uploads.told({ ...DAQ, status: 'done', nJobsFailed: 1, jobError: 'a: broken' }),
  );
  t.equal(uploads.slotOf(store.state, 1).warning, '1 job failed: a: broken');
  t.match(store.state.service.message.text, /^a job of \/d failed: a: broken/u);
  t.end();
});
