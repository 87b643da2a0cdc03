import { LONGEST_WAIT_S, withTimeLimit } from 'dm-ioc/internal/commands/time-limit';
import { IocError } from 'node-epics-ca';
import t from 'tap';

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
  });

await t.test(
  'a limit ends the waiting with MINOR, a cancelled put says so, another failure stays what it is',
  async (t) => {
    const { signal } = new AbortController();
    await t.rejects(withTimeLimit(signal, 0.01, 'the job goes on', untilAborted), {
      code: 'TIMEOUT',
      severity: 'MINOR',
    });
    const cancelled = new AbortController();
    const waiting = withTimeLimit(cancelled.signal, 0, 'the job goes on', untilAborted);
    cancelled.abort();
    await t.rejects(waiting, { code: 'CANCELLED', message: 'cancelled, the job goes on' });
    for (const [whenStopped, message] of [
      [undefined, 'the IOC stops, the DAQ goes on'],
      ['it goes on when the IOC is back', 'the IOC stops, it goes on when the IOC is back'],
    ] as const) {
      const stopped = AbortSignal.abort(new IocError('IOC_STATE', 'the IOC is shutting down'));
      const wait = (): Promise<never> => Promise.reject(new Error('aborted'));
      await t.rejects(withTimeLimit(stopped, 0, 'the DAQ goes on', wait, whenStopped), { code: 'CANCELLED', message });
    }
    await t.rejects(
      withTimeLimit(signal, 10, '', () => Promise.reject(new Error('broken'))),
      { message: 'broken' },
    );
    t.ok(LONGEST_WAIT_S * 1000 < 2 ** 31, 'the longest is within what a timer takes');
  },
);
