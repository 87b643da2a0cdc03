import type { CallOptions, JobPageOptions, Jobs, Watch } from '../data-management.js';
import { matchesQuery, type Query } from '../matches-query.js';
import { type Job, type JobArguments, jobSchema } from '../schemas/job.js';
import { SharedCall } from '../shared-call.js';
import { ActiveList } from './active-list.js';
import { PAGE } from './list-budget.js';
import type { Listed } from './listed.js';
import { type JobPage, type JobPageRequest, NewestJobs } from './newest-jobs.js';
import { newestOf } from './newest-of.js';
import { readPages } from './read-pages.js';
import type { RestContext } from './rest-context.js';
import type { ClientCallOptions, ServiceClient } from './service-client.js';
import { WatchedPoller } from './watched-poller.js';

export class RestJobs implements Jobs {
  readonly poller: WatchedPoller<Job>;
  readonly #proc: ServiceClient;
  readonly #owner: () => string;
  readonly #pageSize: number;
  /** Of the owner whose jobs are polled. */
  readonly #newest: NewestJobs;
  readonly #firstPage = new SharedCall<Listed<Job>>();

  constructor(
    proc: ServiceClient,
    owner: () => string,
    { options, changes, periods, logger, pollFailed }: RestContext,
  ) {
    this.#proc = proc;
    this.#owner = owner;
    this.#pageSize = options.paging.jobs;
    this.#newest = this.#newestOf(owner);
    this.poller = new WatchedPoller<Job>({
      newest: (limit, signal) => this.#shared(limit, { signal, retry: false }),
      active: new ActiveList<Job>({
        ask: (status, limit, signal) =>
          this.#page(owner(), { skip: 0, limit, newest: 1 }, { signal, retry: false }, { status }),
        disobeyed: (reason) => {
          logger.info({ url: proc.url, reason }, 'DM obeys no query for jobs: active ones are asked for one by one');
        },
      }),
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

  /** DM's own order is not documented: see `NewestJobs`. Without a limit the whole list is read. */
  async list(owner: string, page: JobPageOptions = {}): Promise<Job[]> {
    const { skip = 0, limit = Infinity, query, ...options } = page;
    const end = skip + limit;
    if (query !== undefined || end === Infinity) {
      const jobs = await this.#listAll(owner, query ?? {}, options);
      return newestOf(jobs, Infinity).slice(skip, end);
    }
    const newest = owner === this.#owner() ? this.#newest : this.#newestOf(() => owner);
    const isShared = newest === this.#newest && options.signal === undefined;
    const listed = isShared ? await this.#shared(end, options) : await newest.read(end, options);
    return listed.entries.slice(skip, end);
  }

  /** What DM answers to this call is not documented: unless it is the job, the job is read. */
  async stop(owner: string, id: string, options?: CallOptions): Promise<Job> {
    const answer = jobSchema.safeParse(await this.#proc.call('stopProcessingJob', { owner, id }, options));
    return answer.success && answer.data.id === id ? this.#observed(answer.data) : this.get(owner, id, options);
  }

  /** The newest, of a first page by the reading that may be under way: the poller and the IOC ask for it as both start. */
  #shared(limit: number, options: ClientCallOptions): Promise<Listed<Job>> {
    const read = (): Promise<Listed<Job>> => this.#newest.read(limit, options);
    return limit === PAGE ? this.#firstPage.run(read) : read();
  }

  #newestOf(owner: () => string): NewestJobs {
    return new NewestJobs((page, options) => this.#page(owner(), page, options), this.#pageSize);
  }

  #page(
    owner: string,
    { skip, limit, newest }: JobPageRequest,
    options: ClientCallOptions,
    queryDict: Query = {},
  ): Promise<JobPage> {
    const parameters = { owner, queryDict, skip, limit, keyList: 'DEFAULT' };
    return this.#proc.list('listProcessingJobs', parameters, newest, options);
  }

  async #listAll(owner: string, query: Query, options: CallOptions): Promise<Job[]> {
    const ask = (skip: number, limit: number): Promise<JobPage> =>
      this.#page(owner, { skip, limit, newest: Infinity }, options, query);
    const jobs = await readPages({ ask, keyOf: ({ id }) => id, size: this.#pageSize });
    // A service may not obey.
    return jobs.filter((job) => matchesQuery(job, query));
  }

  #observed(job: Job): Job {
    this.poller.observe(job);
    return job;
  }
}

function jobKey(owner: string, id: string): string {
  return `${owner}/${id}`;
}

function splitKey(key: string): [string, string] {
  const at = key.lastIndexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
