import type { DaqInfo } from 'dm';
import t from 'tap';
import { abortDaq, startDaq, stopDaq, syncDaq } from 'dm-ioc/internal/slots/daq/daq-commands';
import type { DaqContext } from 'dm-ioc/internal/slots/daq/daq-slot';
import { findIn } from 'dm-ioc/internal/slots/kind-service';
import { startGates } from 'dm-ioc/internal/commands/start-gate';
import { slotContext } from 'dm-ioc/internal/slots/slot-context';
import type { Store } from 'dm-ioc/internal/state/store';
import { FakeDataManagement } from '../../../dm/fake-data-management.js';
import { emptyStore } from '../../empty-store.js';
import { daqs } from '../../typed-kinds.js';

const PLACE = { kind: 'daq', slot: 1 };

interface Harness {
  readonly dm: FakeDataManagement;
  readonly store: Store;
  readonly daq: DaqInfo;
  readonly context: DaqContext;
  /** DM tells this of the DAQ. */
  readonly tell: (news: Partial<DaqInfo>) => void;
}

/** A slot that holds a running DAQ. @param timeoutS its Timeout */
async function running(timeoutS = 0): Promise<Harness> {
  const dm = new FakeDataManagement();
  const store = emptyStore();
  await dm.experiments.add({ name: 'demo' });
  const daq = await dm.daqs.start('demo', '/data');
  store.dispatch({ type: 'input', place: PLACE, input: 'timeoutS', value: timeoutS }, daqs.taken(1, daq));
  const command = {
    dm,
    store,
    place: PLACE,
    source: 'user@host',
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    save: () => Promise.resolve(),
    gates: startGates(),
    service: findIn([]),
    answered: Promise.resolve(),
  };
  const tell = (news: Partial<DaqInfo>): void => {
    Object.assign(daq, news);
    store.dispatch(daqs.told({ ...daq }));
  };
  return { dm, store, daq, context: slotContext(command, 'daq', 1) as unknown as DaqContext, tell };
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

await t.test('Sync and Stop wait no longer than Timeout, and name the file that was still being written', async (t) => {
  const { dm, daq, context, tell } = await running(0.05);
  dm.daqs.sync = (_id, { signal } = {}) => untilAborted(signal);
  dm.daqs.stop = () => Promise.resolve(daq);
  t.match(await syncDaq(context).catch((error: unknown) => error), {
    code: 'TIMEOUT',
    severity: 'MINOR',
    message: 'timeout after 0.05 s, the DAQ goes on',
  });
  tell({ waitingFor: 'run.h5', status: 'finalizing' });
  const reason = 'timeout after 0.05 s: run.h5 is still being written';
  await t.rejects(syncDaq(context), { code: 'TIMEOUT', message: `${reason}; the DAQ goes on` });
  await t.rejects(stopDaq(context), { code: 'TIMEOUT', message: `${reason}; the DAQ goes on ending` });
});

await t.test('Abort gives up on what is still being written, of this DAQ alone', async (t) => {
  const { dm, daq, context, tell } = await running();
  const stops: (string | undefined)[] = [];
  dm.daqs.stop = (_experiment, _directory, options) => {
    stops.push(options?.id);
    if (stops.length === 1) return Promise.resolve({ ...daq, status: 'finalizing' });
    setImmediate(() => {
      tell({ status: 'done', nProcessingErrors: 1 });
    });
    return Promise.resolve({ ...daq, status: 'finalizing' });
  };
  await abortDaq(context);
  t.same(stops, [daq.id, daq.id]);
  await abortDaq(context);
  t.equal(stops.length, 2, 'one that has ended is left alone');
});

await t.test('Stop and Abort end well when somebody else has just stopped the DAQ', async (t) => {
  for (const end of [stopDaq, abortDaq]) {
    const { dm, daq, context } = await running();
    const refusal = Object.assign(new Error('no active DAQ'), { code: 'DM_NOT_FOUND' });
    dm.daqs.stop = () => Promise.reject(refusal);
    await t.rejects(end(context), refusal, 'one that goes on was not stopped');
    dm.daqs.stop = () => {
      Object.assign(daq, { status: 'done' });
      return Promise.reject(refusal);
    };
    await end(context);
    t.equal(context.slot.object?.status, 'done');
  }
});

await t.test('Stop fails when not all files could be stored', async (t) => {
  const { daq, context, tell } = await running();
  tell({ countFiles: 1, nProcessingErrors: 1, errorMessage: 'run.h5: it was still being written' });
  await t.rejects(stopDaq(context), {
    code: 'DAQ_FAILED',
    severity: 'MAJOR',
    message: 'run.h5: it was still being written',
  });
  t.equal(daq.status, 'done');
});

await t.test('Stop stops a DAQ of which nothing but the id is known yet', async (t) => {
  const { store, daq, context } = await running();
  store.dispatch({ type: 'slotRestored', ...PLACE, id: daq.id });
  await stopDaq(context);
  t.equal(daq.status, 'done');
});

await t.test('a slot whose DAQ is of another experiment refuses Start, and names it', async (t) => {
  const { store, context } = await running();
  store.dispatch(
    { type: 'experimentSelected', experiment: { id: 2, name: 'user2' } },
    { type: 'input', place: PLACE, input: 'dataDirectory', value: '/data' },
  );
  await t.rejects(startDaq(context), { code: 'SLOT_BUSY', message: /^busy with \/data of experiment demo: put Stop/u });
});
