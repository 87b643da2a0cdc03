import { randomUUID } from 'node:crypto';
import type { ChangeFeed } from '../../change-feed.js';
import type { CallOptions, Jobs, PageOptions } from '../../data-management.js';
import { DmInvalidArgumentError, DmObjectNotFoundError } from '../../errors.js';
import type { Job, JobArguments } from '../../schemas/job.js';
import { isTerminalStatus } from '../../schemas/status.js';
import { workflowSchema, type Workflow } from '../../schemas/workflow.js';
import { call } from '../call.js';
import { pageOf } from '../catalog/local-catalog.js';
import { elapsedSeconds, nowSeconds, timestampText } from '../dm-time.js';
import type { Statement } from '../store/database-messages.js';
import type { JobRecord, JobRepository } from '../store/job-repository.js';
import { ThrottledNotice } from '../throttled-notice.js';
import type { JobSubmitter, SubmittedJob } from '../transfer/file-jobs.js';
import { checkArguments } from '../workflows/check-arguments.js';
import type { LocalWorkflows } from '../workflows/local-workflows.js';
import { inputKey } from './input-files.js';
import { JobQueue } from './job-queue.js';
import { JobRun, type JobRunContext } from './job-run.js';
import { JobState, jobSummary } from './job-state.js';
import { endLeftoverProcesses } from './leftover-processes.js';

export interface LocalJobsContext extends Omit<JobRunContext, 'seq'> {
  readonly repository: JobRepository;
  readonly workflows: LocalWorkflows;
  readonly owner: string;
  readonly maxJobs: number;
  readonly changes: ChangeFeed;
}

interface ActiveJob {
  readonly seq: number;
  readonly state: JobState;
  run?: JobRun;
}

/** DM's default of one list call. */
const DEFAULT_LIMIT = 5000;
/** Changes of single processes are told at most this often; those of stage and status at once. */
const NOTICE_PERIOD_MS = 20;
const NO_INPUT = 'Invalid input file specification.';
const RESTARTED = 'The engine ended while the job ran; start the job again.';

export class LocalJobs implements Jobs, JobSubmitter {
  readonly #context: LocalJobsContext;
  readonly #active = new Map<string, ActiveJob>();
  readonly #queue: JobQueue;

  constructor(context: LocalJobsContext) {
    this.#context = context;
    this.#queue = new JobQueue(context.maxJobs);
  }

  start(owner: string, workflowName: string, args: JobArguments, options?: CallOptions): Promise<Job> {
    return call(options, async () => {
      this.check(owner, workflowName, args);
      const { statement, release, job } = this.#insert(owner, workflowName, args);
      await this.#context.database.write([statement], { durable: true });
      release();
      return job;
    });
  }

  get(owner: string, id: string, options?: CallOptions): Promise<Job> {
    return call(options, async () => {
      const active = this.#active.get(id);
      const job = active === undefined ? await this.#stored(id) : active.state.full();
      if (job?.owner !== owner)
        throw new DmObjectNotFoundError(`Processing job ${id} of owner ${owner} does not exist.`);
      return job;
    });
  }

  list(owner: string, page: PageOptions = {}): Promise<Job[]> {
    return call(page, async () => {
      if (owner === '') throw new DmInvalidArgumentError('Invalid owner name provided');
      const { skip, limit } = pageOf({ limit: DEFAULT_LIMIT, ...page });
      const stored = await this.#context.repository.list(owner, skip, limit);
      // What is still being written is told from memory.
      return stored.map((summary) => this.#active.get(summary.id)?.state.summary() ?? summary);
    });
  }

  async stop(owner: string, id: string): Promise<Job> {
    const active = this.#active.get(id);
    if (active?.state.keys.owner !== owner || isTerminalStatus(active.state.status)) return await this.get(owner, id);
    if (active.run === undefined) {
      this.#queue.remove(id);
      active.state.terminal('aborted');
      this.#end(active);
    } else active.run.abort();
    return active.state.full();
  }

  check(workflowOwner: string, workflowName: string, args: JobArguments): void {
    checkArguments(this.#context.workflows.find(workflowOwner, workflowName), args);
  }

  submit(workflowOwner: string, workflowName: string, args: JobArguments, jobOwner?: string): SubmittedJob {
    return this.#insert(workflowOwner, workflowName, args, jobOwner);
  }

  /** Close the jobs that a crash cut off, end their processes, and queue those that had not begun. */
  async recover(): Promise<void> {
    const records = await this.#context.repository.active();
    const cutOff = records.filter(({ document }) => document.status !== 'pending');
    const ended = await endLeftoverProcesses(new Set(cutOff.map(({ document }) => document.id)));
    if (ended > 0) this.#context.log.warn({ processes: ended }, 'ended processes that an earlier engine left');
    for (const record of cutOff) await this.#closeCutOff(record);
    for (const { seq, document } of records) {
      if (document.status !== 'pending') continue;
      const workflow = workflowSchema.parse(document.workflow);
      this.#enqueue({ seq, state: new JobState(document, workflow) });
    }
  }

  /** End the jobs that run; those that wait go on at the next start. */
  async close(): Promise<void> {
    const running = [...this.#active.values()].filter(({ state }) => !isTerminalStatus(state.status));
    for (const { run } of running) run?.abort('The engine was closed while the job ran.');
    await this.#queue.close();
    this.#active.clear();
  }

  #insert(
    workflowOwner: string,
    workflowName: string,
    args: JobArguments,
    jobOwner = this.#context.owner,
  ): { statement: Statement; release: () => void; job: Job } {
    const workflow: Workflow = this.#context.workflows.find(workflowOwner, workflowName);
    const submissionTime = nowSeconds();
    const document: Job = {
      ...args,
      workflow,
      owner: jobOwner,
      id: randomUUID(),
      submissionTime,
      submissionTimestamp: timestampText(submissionTime),
      countFiles: 0,
      status: 'pending',
    };
    const { seq, statement } = this.#context.repository.inserting(document, jobSummary(document));
    const active: ActiveJob = { seq, state: new JobState(document, workflow) };
    const release = (): void => {
      this.#context.changes.tell('job', document);
      // The one who started the job learns its id before anything happens to it.
      this.#active.set(document.id, active);
      setImmediate(() => {
        this.#enqueue(active);
      });
    };
    return { statement, release, job: document };
  }

  #enqueue(active: ActiveJob): void {
    const { state } = active;
    if (isTerminalStatus(state.status)) return;
    this.#active.set(state.id, active);
    if (inputKey(state.keys) === undefined) {
      state.terminal('failed', NO_INPUT);
      this.#end(active);
      return;
    }
    const { name, owner, maxJobs } = state.workflow;
    this.#queue.add(state.id, `${owner}\0${name}`, maxJobs ?? Infinity, () => this.#run(active));
  }

  async #run(active: ActiveJob): Promise<void> {
    const { seq, state } = active;
    const tell = (): void => {
      this.#write(active, true);
      this.#context.changes.tell('job', state.full());
    };
    const notice = new ThrottledNotice(NOTICE_PERIOD_MS, tell);
    active.run = new JobRun(state, { ...this.#context, seq }, (kind) => {
      if (kind === 'process') notice.announce();
      else notice.cancel();
      if (kind === 'stage') tell();
    });
    await active.run.run();
    this.#end(active);
  }

  #end(active: ActiveJob): void {
    this.#write(active, false);
    // Until its end is written, the job is told from memory.
    this.#context.writer.whenWritten(active.state.id, () => this.#active.delete(active.state.id));
    this.#context.changes.tell('job', active.state.full());
  }

  #write({ seq, state }: ActiveJob, isActive: boolean): void {
    const { database, repository, writer } = this.#context;
    const update = repository.updating(seq, state.stored(), state.summary(), isActive);
    writer.write(state.id, () => database.write([update], { durable: !isActive }));
  }

  async #stored(id: string): Promise<Job | undefined> {
    const record = await this.#context.repository.get(id);
    return record === undefined ? undefined : await this.#withChildren(record);
  }

  async #withChildren({ seq, document }: JobRecord): Promise<Job> {
    const { workflow } = document;
    if (workflow?.stages === undefined) return document;
    const stages = { ...workflow.stages };
    for (const child of await this.#context.children.all(seq)) {
      const stage = stages[child.stageId];
      if (stage === undefined) continue;
      stages[child.stageId] = {
        ...stage,
        childProcesses: { ...stage.childProcesses, [String(child.childProcessNumber)]: child },
      };
    }
    return { ...document, workflow: { ...workflow, stages } };
  }

  async #closeCutOff({ seq, document }: JobRecord): Promise<void> {
    const endTime = nowSeconds();
    const aborting = document.status === 'aborting';
    const closed: Job = {
      ...document,
      status: aborting ? 'aborted' : 'failed',
      endTime,
      endTimestamp: timestampText(endTime),
      runTime: elapsedSeconds(document.startTime ?? endTime, endTime),
      errorMessage: RESTARTED,
    };
    const { database, children, repository } = this.#context;
    const cutOff = (await children.all(seq)).filter(({ status }) => status === 'running');
    const puts = cutOff.map((child) =>
      children.putting(seq, { ...child, status: 'failed', endTime, stdErr: RESTARTED }),
    );
    await database.write([...puts, repository.updating(seq, closed, jobSummary(closed), false)], { durable: true });
    this.#context.changes.tell('job', await this.#withChildren({ seq, document: closed }));
  }
}
