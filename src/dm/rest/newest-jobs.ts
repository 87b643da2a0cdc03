import type { Job } from '../schemas/job.js';
import { listOrderOf } from './list-order.js';
import type { Listed } from './listed.js';
import { newestOf } from './newest-of.js';
import type { ClientCallOptions } from './service-client.js';

export interface JobPageRequest {
  readonly skip: number;
  readonly limit: number;
  /** Should DM cut no pages: all active jobs and so many of the newest ended ones are wanted. */
  readonly newest: number;
}

export interface JobPage {
  readonly entries: readonly Job[];
  /** So many jobs DM has sent: more than `limit` when it cuts no pages. */
  readonly nSent: number;
}

/** So many jobs tell in which order a list is. */
const SAMPLE = 100;
/** The end of a list is searched for until it is known so well, in jobs. */
const END_TOLERANCE = 500;

type Ask = (skip: number, limit: number, newest?: number) => Promise<JobPage>;

/**
 * Finds the newest jobs in a list that may be long, in as few pages as its service allows. DM documents neither the order of its list nor its
 * length: the first page shows the order, and where the oldest come first, single jobs are asked for to find the end. A service that cuts no
 * pages, or whose list has no order, is read whole.
 */
export class NewestJobs {
  readonly #ask: (page: JobPageRequest, options: ClientCallOptions) => Promise<JobPage>;
  readonly #pageSize: number;
  #order: 'oldestFirst' | 'newestFirst' | 'whole' | undefined;
  /** Of a list that has the oldest first: so many jobs it had. */
  #end = 0;

  /** @param pageSize jobs asked for in one call when the list is read whole */
  constructor(ask: (page: JobPageRequest, options: ClientCallOptions) => Promise<JobPage>, pageSize: number) {
    this.#ask = ask;
    this.#pageSize = pageSize;
  }

  /** The newest `limit` jobs or a few more, and of a list that is read whole all active ones, too. */
  async read(limit: number, options: ClientCallOptions = {}): Promise<Listed<Job>> {
    let nSent = 0;
    const ask: Ask = async (skip, size, newest = size) => {
      const page = await this.#ask({ skip, limit: size, newest }, options);
      nSent += page.nSent;
      return page;
    };
    const { jobs, isWhole } = await this.#read(limit, ask);
    return { entries: newestOf(jobs, isWhole ? limit : Infinity), isWhole, nSent };
  }

  async #read(limit: number, ask: Ask): Promise<{ jobs: readonly Job[]; isWhole: boolean }> {
    if (this.#order === 'whole') return { jobs: await this.#readWhole(limit, ask), isWhole: true };
    if (this.#order === 'oldestFirst') {
      const jobs = await this.#readEnd(limit, ask);
      if (jobs.length > 0) return { jobs, isWhole: false };
      // So many were removed that the end is somewhere before.
      this.#order = undefined;
    }
    const size = Math.max(limit, SAMPLE);
    const { entries, nSent } = await ask(0, size);
    if (nSent < size) return { jobs: entries, isWhole: true };
    const order = nSent > size ? 'none' : (this.#order ?? listOrderOf(entries));
    if (order === 'newestFirst') {
      this.#order = order;
      return { jobs: entries, isWhole: false };
    }
    if (order === 'oldestFirst' && (await this.#findEnd(entries, ask))) {
      this.#order = order;
      return { jobs: await this.#readEnd(limit, ask), isWhole: false };
    }
    this.#order = 'whole';
    return { jobs: nSent > size ? entries : await this.#readWhole(limit, ask), isWhole: true };
  }

  /** The last `limit` jobs of the list, and those that came since its end was found. */
  async #readEnd(limit: number, ask: Ask): Promise<readonly Job[]> {
    for (;;) {
      const skip = Math.max(0, this.#end - limit);
      const size = limit + END_TOLERANCE + 1;
      const { entries, nSent } = await ask(skip, size);
      this.#end = skip + nSent;
      if (nSent < size) return entries;
    }
  }

  /** Puts `#end` at most `END_TOLERANCE` before the end. @returns false when the service doesn't skip */
  async #findEnd(first: readonly Job[], ask: Ask): Promise<boolean> {
    const known = new Set(first.map(({ id }) => id));
    let there = first.length;
    let beyond = 2 * there;
    for (;;) {
      const [job] = (await ask(beyond, 1)).entries;
      if (job === undefined) break;
      if (known.has(job.id)) return false;
      there = beyond;
      beyond *= 2;
    }
    while (beyond - there > END_TOLERANCE) {
      const middle = Math.floor((there + beyond) / 2);
      if ((await ask(middle, 1)).nSent > 0) there = middle;
      else beyond = middle;
    }
    this.#end = there;
    return true;
  }

  async #readWhole(limit: number, ask: Ask): Promise<readonly Job[]> {
    const size = this.#pageSize;
    const newest = new Map<string, Job>();
    for (let skip = 0; ; skip += size) {
      const { entries, nSent } = await ask(skip, size, limit);
      const isNews = entries.some(({ id }) => !newest.has(id));
      for (const job of entries) newest.set(job.id, job);
      // A page without news comes from a service that doesn't skip.
      if (nSent !== size || !isNews) return [...newest.values()];
      const kept = newestOf([...newest.values()], limit);
      newest.clear();
      for (const job of kept) newest.set(job.id, job);
    }
  }
}
