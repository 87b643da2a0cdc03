import { DmObjectNotFoundError, silentLogger, type Job } from 'dm';
import type { KindHost } from 'dm-ioc/internal/slots/kind-service';
import { newStream, streamWith, type Stream } from 'dm-ioc/internal/slots/stream/stream';
import { StreamJobs } from 'dm-ioc/internal/slots/stream/stream-jobs';
import { setImmediate } from 'node:timers/promises';
import tap from 'tap';
import { emptyStore } from '../../empty-store.js';

const NEW = newStream(
  { id: 's1', protocol: 'Native', workflow: 'w', owner: 'o', experiment: 'e', dataPv: '', reportPv: '' },
  0,
);
const JOB: Job = { id: 'j', owner: 'o', status: 'running', streamId: 's1' };

/** What the holder is told of the job of a restored stream, when DM answers so. */
async function toldOf(stream: Stream, jobs: { get: () => Promise<Job>; list: () => Promise<Job[]> }): Promise<Job[]> {
  const told: Job[] = [];
  const watched = { [Symbol.dispose]: () => undefined };
  const dm = { changes: { on: () => () => undefined }, watchJob: () => watched, jobs };
  const host = { dm, store: emptyStore(), log: silentLogger, slots: 1 } as unknown as KindHost;
  const followed = new StreamJobs(host, {
    hold: (_slot, _id, job) => told.push(job),
    streamIn: () => stream,
  });
  followed.start();
  await setImmediate();
  followed.close();
  return told;
}

const refuse = (): Promise<never> => Promise.reject(new Error('not to be asked'));

void tap.test('a stream that was saved before DM had its job finds it by its id after a restart', async (t) => {
  const list = (): Promise<Job[]> => Promise.resolve([{ ...JOB, id: 'other', streamId: 's0' }, JOB]);
  t.same(await toldOf(NEW, { list, get: refuse }), [JOB]);
});

void tap.test('a stream whose job DM never took, or has forgotten, has failed', async (t) => {
  const failed = { status: 'failed', errorMessage: 'DM does not know the job of this stream' };
  t.match(await toldOf(NEW, { list: () => Promise.resolve([]), get: refuse }), [failed]);
  const gone = (): Promise<never> => Promise.reject(new DmObjectNotFoundError('no job j'));
  const held = streamWith(NEW, { jobId: 'j', jobStatus: 'running' });
  t.match(await toldOf(held, { get: gone, list: refuse }), [{ ...failed, id: 'j' }]);
});

void tap.test('a stream goes on while DM cannot be asked', async (t) => {
  const held = streamWith(NEW, { jobId: 'j', jobStatus: 'running' });
  t.same(await toldOf(held, { get: () => Promise.reject(new Error('no answer')), list: refuse }), []);
});
