import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJson, isTerminalStatus } from 'dm';

/** How a service of many jobs and uploads behaves; all can be changed while it runs. */
export interface BigServiceSettings {
  nJobs: number;
  /** Evenly over the history. */
  nActive: number;
  nUploads: number;
  order: 'oldestFirst' | 'newestFirst' | 'none';
  /** False: `queryDict`, and the status in the path of uploads, change nothing. */
  obeysQueries: boolean;
  /** False: a query is answered with nothing. */
  answersQueries: boolean;
  /** False: `skip` and `limit` change nothing. */
  cutsPages: boolean;
  /** False: `skip` alone changes nothing. */
  skips: boolean;
  /** A list is answered after so long. */
  listDelayMs: number;
  /** How requests are met: answered, with a cut connection, or never. */
  behaviour: 'answers' | 'cuts' | 'hangs';
  /** So many of the next calls lose their reply; a sign of life is no call. */
  nLost: number;
  /** What every job is, when asked for by its id; the job itself when it is empty. */
  textOfJob: string;
}

/** Which kind of call a request was. */
export type BigServiceCall =
  | 'login'
  | 'jobs'
  | 'activeJobs'
  | 'job'
  | 'uploads'
  | 'activeUploads'
  | 'upload'
  | 'daqs'
  | 'workflows'
  | 'experiments'
  | 'status'
  | 'other';

export interface CallCount {
  requests: number;
  /** Entries of lists. */
  entries: number;
  bytes: number;
}

interface Entry {
  readonly id: string;
  readonly text: string;
  readonly status: string;
}

const FIRST_S = 1_700_000_000;

/**
 * One plain HTTP listener in the place of all services of a DM that has run for a long time. It keeps its objects as text, so that it costs
 * little beside the program that asks it.
 */
export class BigService {
  readonly settings: BigServiceSettings;
  readonly counts = new Map<BigServiceCall, CallCount>();
  /** First part of the path of every request, answered or not. */
  readonly asked: string[] = [];
  readonly #server = createServer((request, reply) => {
    this.#serve(request, reply);
  });
  readonly #jobs: Entry[] = [];
  readonly #uploads: Entry[] = [];

  constructor(settings: Partial<BigServiceSettings> = {}) {
    this.settings = {
      nJobs: 50_000,
      nActive: 10,
      nUploads: 0,
      order: 'oldestFirst',
      obeysQueries: true,
      answersQueries: true,
      cutsPages: true,
      skips: true,
      listDelayMs: 0,
      behaviour: 'answers',
      nLost: 0,
      textOfJob: '',
      ...settings,
    };
    const { nJobs, nActive, nUploads, order } = this.settings;
    const every = Math.floor(nJobs / Math.max(1, nActive));
    for (let n = 0; n < nJobs; n += 1) {
      const age = order === 'oldestFirst' ? n : order === 'newestFirst' ? nJobs - 1 - n : (n * 7_919) % nJobs;
      this.#jobs.push(jobEntry(age, nActive > 0 && n % every === every - 1 ? 'running' : 'done'));
    }
    for (let n = 0; n < nUploads; n += 1) this.#uploads.push(uploadEntry(n, n === nUploads - 1 ? 'running' : 'done'));
  }

  get jobs(): readonly Entry[] {
    return this.#jobs;
  }

  /** Ids of what is active, jobs and uploads. */
  get activeIds(): string[] {
    return [...this.#jobs, ...this.#uploads].filter(({ status }) => !isTerminalStatus(status)).map(({ id }) => id);
  }

  /** @returns its URL, on a free port */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Another client starts a job, the newest. @returns its id */
  addJob(status = 'running'): string {
    const job = jobEntry(this.#jobs.length, status);
    if (this.settings.order === 'newestFirst') this.#jobs.unshift(job);
    else this.#jobs.push(job);
    return job.id;
  }

  endJob(id: string): void {
    const index = this.#jobs.findIndex((job) => job.id === id);
    this.#jobs[index] = jobEntry(Number(id.slice(4, 12)), 'done');
  }

  count(call: BigServiceCall): CallCount {
    return this.counts.get(call) ?? { requests: 0, entries: 0, bytes: 0 };
  }

  #serve(request: IncomingMessage, reply: ServerResponse): void {
    const { behaviour, listDelayMs } = this.settings;
    const url = new URL(request.url ?? '', 'http://dm');
    const [, , collection = '', parameter = '', id] = url.pathname.split('/');
    this.asked.push(collection);
    if (behaviour === 'cuts') request.socket.destroy();
    if (behaviour !== 'answers') return;
    if (this.settings.nLost > 0 && collection !== 'serviceStatus') {
      this.settings.nLost -= 1;
      request.socket.destroy();
      return;
    }
    switch (collection) {
      case 'login':
        reply.setHeader('set-cookie', 'session_id=1');
        this.#answer(reply, 'login', '');
        return;
      case 'processingJobsByOwner':
        if (id !== undefined && this.settings.textOfJob !== '') this.#answer(reply, 'job', this.settings.textOfJob);
        else if (id !== undefined) this.#answerOne(reply, 'job', this.#jobs, id);
        else
          setTimeout(() => {
            this.#answerJobs(reply, url);
          }, listDelayMs);
        return;
      case 'uploadsByStatus':
        setTimeout(() => {
          const call = parameter === 'any' ? 'uploads' : 'activeUploads';
          this.#answerList(reply, call, this.#ofStatus(this.#uploads, parameter));
        }, listDelayMs);
        return;
      case 'uploads':
        this.#answerOne(reply, 'upload', this.#uploads, parameter);
        return;
      case 'daqsByStatus':
        this.#answerList(reply, 'daqs', []);
        return;
      case 'workflowsByOwner':
        this.#answerList(reply, 'workflows', []);
        return;
      case 'experimentsByStation':
        this.#answerList(reply, 'experiments', []);
        return;
      case 'serviceStatus':
        this.#answer(reply, 'status', '{}');
        return;
      default:
        reply.statusCode = 404;
        this.#answer(reply, 'other', '');
    }
  }

  #answerJobs(reply: ServerResponse, { searchParams }: URL): void {
    const { cutsPages, skips } = this.settings;
    const { status } = decodeJson(searchParams.get('queryDict') ?? '') as { status?: string };
    const isUnanswered = status !== undefined && !this.settings.answersQueries;
    const found = isUnanswered ? [] : this.#ofStatus(this.#jobs, status ?? 'any');
    const skip = skips ? Number(searchParams.get('skip')) : 0;
    const page = cutsPages ? found.slice(skip, skip + Number(searchParams.get('limit'))) : found;
    this.#answerList(reply, status === undefined ? 'jobs' : 'activeJobs', page);
  }

  #ofStatus(entries: Entry[], status: string): Entry[] {
    if (status === 'any' || !this.settings.obeysQueries) return entries;
    return entries.filter((entry) => entry.status === status);
  }

  #answerOne(reply: ServerResponse, call: BigServiceCall, entries: readonly Entry[], id: string): void {
    const found = entries.find((entry) => entry.id === id);
    this.#answer(reply, call, found?.text ?? '{"errorCode": 14, "errorMessage": "There is none."}', 1);
  }

  #answerList(reply: ServerResponse, call: BigServiceCall, entries: readonly Entry[]): void {
    this.#answer(reply, call, `[${entries.map(({ text }) => text).join(',')}]`, entries.length);
  }

  #answer(reply: ServerResponse, call: BigServiceCall, text: string, entries = 0): void {
    const count = this.count(call);
    const bytes = Buffer.from(text);
    this.counts.set(call, {
      requests: count.requests + 1,
      entries: count.entries + entries,
      bytes: count.bytes + bytes.length,
    });
    reply.end(bytes);
  }
}

function jobEntry(age: number, status: string): Entry {
  const id = `job-${String(age).padStart(8, '0')}-418e-ba36-76e962770987`;
  const startTime = FIRST_S + age;
  const hasEnded = isTerminalStatus(status);
  const job = {
    id,
    owner: 'user2bm',
    status,
    stage: '06-DONE',
    submissionTime: startTime - 0.05,
    startTime,
    startTimestamp: '2026/05/08 10:07:01 CDT',
    ...(hasEnded && { endTime: startTime + 10, endTimestamp: '2026/05/08 10:07:11 CDT', runTime: 10 }),
  };
  return { id, status, text: JSON.stringify(job) };
}

function uploadEntry(age: number, status: string): Entry {
  const id = `upload-${age}`;
  const upload = {
    id,
    experimentName: 'fong-25idc-2026-C1',
    experimentStationName: '25IDC',
    dataDirectory: '/net/s25data/export/25-ID-C/fong-25idc-2026-C1',
    status,
    countFiles: 60,
    nProcessedFiles: 60,
    nProcessingErrors: 0,
    percentageComplete: '100.00',
    startTime: FIRST_S + age,
    startTimestamp: '2026/05/29 23:11:37 CDT',
    runTime: 12.5,
  };
  return { id, status, text: JSON.stringify(upload) };
}
