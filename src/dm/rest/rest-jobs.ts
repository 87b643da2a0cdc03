import type { CallOptions, Jobs, PageOptions, Watch } from '../data-management.js';
import { type Job, type JobArguments, jobSchema } from '../schemas/job.js';
import type { RestContext } from './rest-context.js';
import type { ClientCallOptions, ServiceClient } from './service-client.js';
import { WatchedPoller } from './watched-poller.js';

export class RestJobs implements Jobs {
  readonly poller: WatchedPoller<Job>;
  readonly #proc: ServiceClient;
  readonly #pageSize: number;

  constructor(proc: ServiceClient, owner: () => string, { options, changes, periods, pollFailed }: RestContext) {
    this.#proc = proc;
    this.#pageSize = options.paging.jobs;
    this.poller = new WatchedPoller<Job>({
      list: (signal) => this.#listAll(owner(), { signal, retry: false }),
      get: (key, signal) => {
        const [jobOwner, id] = splitKey(key);
        return proc.call('getProcessingJobById', { owner: jobOwner, id }, { signal, retry: false });
      },
      keyOf: (job) => jobKey(job.owner, job.id),
      emit: (job) => {
        changes.tell('job', job);
      },
      periods,
      onError: pollFailed('jobs'),
    });
  }

  watch(owner: string, id: string): Watch {
    return this.poller.watch(jobKey(owner, id));
  }

  async start(owner: string, workflowName: string, args: JobArguments, options?: CallOptions): Promise<Job> {
    const parameters = { owner, name: workflowName, argsDict: args };
    return this.#observed(await this.#proc.call('startProcessingJob', parameters, options));
  }

  async get(owner: string, id: string, options?: CallOptions): Promise<Job> {
    return this.#observed(await this.#proc.call('getProcessingJobById', { owner, id }, options));
  }

  /** DM's own order is not documented, so a page is cut from the whole list, newest first. */
  async list(owner: string, page: PageOptions = {}): Promise<Job[]> {
    const { skip = 0, limit = Infinity, ...options } = page;
    const jobs = await this.#listAll(owner, options);
    return jobs.sort((a, b) => submittedS(b) - submittedS(a)).slice(skip, skip + limit);
  }

  /** What DM answers to this call is not documented: unless it is the job, the job is read. */
  async stop(owner: string, id: string, options?: CallOptions): Promise<Job> {
    const answer = jobSchema.safeParse(await this.#proc.call('stopProcessingJob', { owner, id }, options));
    return answer.success && answer.data.id === id ? this.#observed(answer.data) : this.get(owner, id, options);
  }

  async #listAll(owner: string, options: ClientCallOptions): Promise<Job[]> {
    const limit = this.#pageSize;
    const jobs = new Map<string, Job>();
    for (let skip = 0; ; skip += limit) {
      const parameters = { owner, queryDict: {}, skip, limit, keyList: 'DEFAULT' };
      const page = await this.#proc.call('listProcessingJobs', parameters, options);
      const known = jobs.size;
      for (const job of page) jobs.set(job.id, job);
      // A page without news comes from a service that does not cut pages.
      if (page.length < limit || jobs.size === known) return [...jobs.values()];
    }
  }

  #observed(job: Job): Job {
    this.poller.observe(job);
    return job;
  }
}

/** A pending job without a time is the newest. */
function submittedS(job: Job): number {
  return job.submissionTime ?? job.startTime ?? Infinity;
}

function jobKey(owner: string, id: string): string {
  return `${owner}/${id}`;
}

function splitKey(key: string): [string, string] {
  const at = key.lastIndexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
