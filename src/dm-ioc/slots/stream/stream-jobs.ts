import { DmObjectNotFoundError, errorText, type Job, type Watch } from 'dm';
import type { KindHost } from '../kind-service.js';
import type { StreamService } from './stream-service.js';
import { isActive } from '../../state/active.js';
import type { Stream } from './stream.js';

/** What the service is asked for. */
type Holder = Pick<StreamService, 'hold' | 'streamIn'>;

/** Follows the jobs of the streams in DM: a stream ends with its job. */
export class StreamJobs {
  readonly #host: KindHost;
  readonly #holder: Holder;
  /** By slot. */
  readonly #watches = new Map<number, { readonly jobId: string; readonly watch: Watch }>();
  #stops: (() => void)[] = [];

  constructor(host: KindHost, holder: Holder) {
    this.#host = host;
    this.#holder = holder;
  }

  start(): void {
    const { dm, store } = this.#host;
    this.#stops = [
      dm.changes.on('job', (job) => {
        this.#take(job);
      }),
      store.subscribe(() => {
        this.#follow();
      }),
    ];
    for (const [slot, stream] of this.#held()) if (isActive(stream)) void this.#resume(slot, stream);
    this.#follow();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    for (const { watch } of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
  }

  #held(): [number, Stream][] {
    return Array.from({ length: this.#host.slots }, (_slot, index) => index + 1).flatMap((slot) => {
      const stream = this.#holder.streamIn(slot);
      return stream === null ? [] : [[slot, stream] as [number, Stream]];
    });
  }

  #take(job: Job): void {
    for (const [slot, stream] of this.#held()) if (stream.jobId === job.id) this.#holder.hold(slot, stream.id, job);
  }

  #follow(): void {
    const { dm } = this.#host;
    const held = new Map(this.#held());
    for (const [slot, { jobId, watch }] of this.#watches) {
      const stream = held.get(slot);
      if (stream?.jobId === jobId && isActive(stream)) continue;
      watch[Symbol.dispose]();
      this.#watches.delete(slot);
    }
    for (const [slot, stream] of held) {
      const { jobId, owner } = stream;
      if (jobId === '' || !isActive(stream) || this.#watches.has(slot)) continue;
      this.#watches.set(slot, { jobId, watch: dm.watchJob(owner, jobId) });
    }
  }

  /** After a restart: what has become of the job, or whether DM had taken it at all. */
  async #resume(slot: number, stream: Stream): Promise<void> {
    const { dm, log } = this.#host;
    const { id, owner, jobId } = stream;
    try {
      const jobs = jobId === '' ? await dm.jobs.list(owner, { limit: 100 }) : [await dm.jobs.get(owner, jobId)];
      const job = jobId === '' ? jobs.find((one) => one['streamId'] === id) : jobs[0];
      if (job === undefined) throw new DmObjectNotFoundError(`no job of stream ${id}`);
      this.#holder.hold(slot, id, job);
    } catch (error) {
      log.warn({ stream: id, job: jobId, reason: errorText(error) }, "the stream's job could not be read");
      if (!(error instanceof DmObjectNotFoundError)) return;
      const gone = { id: jobId, status: 'failed', errorMessage: 'DM does not know the job of this stream' };
      this.#holder.hold(slot, id, { ...gone, owner });
    }
  }
}
