import { randomUUID } from 'node:crypto';
import type { ChangeFeed } from '../../change-feed.js';
import type { CallOptions, JobPageOptions, Jobs } from '../../data-management.js';
import { DmInvalidArgumentError, DmObjectNotFoundError } from '../../errors.js';
import { matchesQuery } from '../../matches-query.js';
import type { Job, JobArguments } from '../../schemas/job.js';
import { isTerminalStatus } from '../../schemas/status.js';
import type { Workflow } from '../../schemas/workflow.js';
import { call } from '../call.js';
import { pageOf } from '../catalog/local-catalog.js';
import { nowSeconds, timestampText } from '../dm-time.js';
import type { Statement } from '../store/database-messages.js';
import type { JobRecord } from '../store/job-repository.js';
import { ThrottledNotice } from '../../throttled-notice.js';
import type { JobSubmitter, SubmittedJob } from '../transfer/file-jobs.js';
import { argumentWarnings } from '../workflows/argument-warnings.js';
import { checkArguments } from '../workflows/check-arguments.js';
import type { LocalWorkflows } from '../workflows/local-workflows.js';
import { inputKey } from './input-files.js';
import { JobDirectory, sweepJobDirectories } from './job-directory.js';
import { JobJournal, type JobJournalContext } from './job-journal.js';
import { JobQueue } from './job-queue.js';
import { JobRun, type JobRunContext } from './job-run.js';
import { JobState, jobSummary } from './job-state.js';
import { OutputVariables } from './output-variables.js';

export interface LocalJobsContext
  extends JobJournalContext, Omit<JobRunContext, 'state' | 'journal' | 'directory' | 'outputVariables' | 'isResumed'> {
  readonly workflows: LocalWorkflows;
  readonly owner: string;
  readonly maxJobs: number;
  readonly changes: ChangeFeed;
  /** Where the processes of jobs keep their output and exit status. */
  readonly jobsDirectory: string;
  readonly onFailed: (job: Job) => void;
}

interface ActiveJob {
  readonly state: JobState;
  readonly journal: JobJournal;
  readonly directory: JobDirectory;
  run?: JobRun;
}

/** DM's default of one list call. */
const DEFAULT_LIMIT = 5000;
/** Changes of single processes are told at most this often, the less often the more files a job has; those of stage and status at once. */
const NOTICE_PERIOD_MS = 20;
const NOTICE_PERIOD_PER_FILE_MS = 0.02;
/** Likewise what the processes that run have written. */
const OUTPUT_PERIOD_MS = 200;
const NO_INPUT = 'Invalid input file specification.';

export class LocalJobs implements Jobs, JobSubmitter {
  readonly #context: LocalJobsContext;
  readonly #active = new Map<string, ActiveJob>();
  readonly #queue: JobQueue;
  readonly #outputVariables = new OutputVariables();
  #isClosed = false;

  constructor(context: LocalJobsContext) {
    this.#context = context;
    this.#queue = new JobQueue(context.maxJobs, context.log);
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

  list(owner: string, page: JobPageOptions = {}): Promise<Job[]> {
    return call(page, async () => {
      if (owner === '') throw new DmInvalidArgumentError('Invalid owner name provided');
      const { skip, limit } = pageOf({ limit: DEFAULT_LIMIT, ...page });
      const { query } = page;
      const { repository } = this.#context;
      const stored = await (query === undefined ? repository.list(owner, skip, limit) : repository.like(owner, query));
      // What is still being written is told from memory.
      const jobs = stored.map((summary) => this.#active.get(summary.id)?.state.summary() ?? summary);
      return query === undefined ? jobs : jobs.filter((job) => matchesQuery(job, query)).slice(skip, skip + limit);
    });
  }

  async stop(owner: string, id: string): Promise<Job> {
    const active = this.#active.get(id);
    if (active?.state.keys.owner !== owner) return await this.get(owner, id);
    this.#abort(id, active);
    return active.state.full();
  }

  check(workflowOwner: string, workflowName: string, args: JobArguments): void {
    const workflow = this.#context.workflows.find(workflowOwner, workflowName);
    checkArguments(workflow, args);
    const { name, owner } = workflow;
    for (const warning of argumentWarnings(workflow, args)) this.#context.log.warn({ owner, workflow: name }, warning);
  }

  submit(workflowOwner: string, workflowName: string, args: JobArguments, jobOwner?: string): SubmittedJob {
    return this.#insert(workflowOwner, workflowName, args, jobOwner);
  }

  /** Go on with the jobs that run, and queue those that have not begun. @param endReason end them all instead */
  async recover(endReason?: string): Promise<void> {
    const { repository, children, jobsDirectory } = this.#context;
    const records = await repository.active();
    const left = await sweepJobDirectories(jobsDirectory, new Set(records.map(({ document }) => document.id)));
    for (const { seq, document } of records) {
      // Its directory is there before its row says that it has begun.
      const hasBegun = document.status !== 'pending' || left.has(document.id);
      const state = JobState.restore(document, hasBegun ? await children.all(seq) : []);
      const active = this.#activeJob(seq, state);
      if (hasBegun) {
        await active.directory.takeOver();
        this.#resume(active);
      } else if (endReason === undefined) this.#enqueue(active);
      if (endReason !== undefined) this.#abort(document.id, active, endReason);
    }
    if (endReason !== undefined) await this.#queue.idle();
  }

  /** End every job: what runs is aborted. @param reason becomes their errorMessage */
  async endAll(reason: string): Promise<void> {
    for (const [id, active] of [...this.#active]) this.#abort(id, active, reason);
    await this.#queue.idle();
  }

  /** Leave the jobs that run to the next engine, which also starts those that wait. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { run } of this.#active.values()) run?.close();
    await this.#queue.close();
    await this.#outputVariables.close();
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
    const active = this.#activeJob(seq, new JobState(document, workflow));
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
    if (this.#isClosed || isTerminalStatus(state.status)) return;
    this.#active.set(state.id, active);
    if (inputKey(state.keys) === undefined) {
      state.terminal('failed', NO_INPUT);
      this.#end(active);
      return;
    }
    const { name, owner, maxJobs } = state.workflow;
    this.#queue.add(state.id, `${owner}\0${name}`, maxJobs ?? Infinity, () => this.#run(active));
  }

  /** Go on with a job of an earlier engine. */
  #resume(active: ActiveJob): void {
    const { state } = active;
    const { name, owner } = state.workflow;
    this.#active.set(state.id, active);
    this.#context.log.info({ job: state.id, stage: state.keys.stage }, 'the job is taken up');
    this.#queue.resume(state.id, `${owner}\0${name}`, () => this.#run(active, true));
  }

  async #run(active: ActiveJob, isResumed = false): Promise<void> {
    const { state, journal } = active;
    const tell = (): void => {
      journal.writeJob();
      this.#context.changes.tell('job', state.full());
    };
    let notice: ThrottledNotice | undefined;
    // What a process writes is only shown: its directory has it.
    const outputNotice = new ThrottledNotice(OUTPUT_PERIOD_MS, () => {
      this.#context.changes.tell('job', state.full());
    });
    const context = { ...this.#context, ...active, outputVariables: this.#outputVariables, isResumed };
    const run = new JobRun(context, (kind) => {
      if (kind === 'output') outputNotice.announce();
      else if (kind === 'process') (notice ??= new ThrottledNotice(noticePeriodMs(state.keys), tell)).announce();
      else notice?.cancel();
      if (kind === 'stage') tell();
    });
    active.run = run;
    await run.run();
    notice?.cancel();
    outputNotice.cancel();
    if (isTerminalStatus(state.status)) this.#end(active);
  }

  #abort(id: string, active: ActiveJob, reason?: string): void {
    if (isTerminalStatus(active.state.status)) return;
    if (active.run === undefined) {
      this.#queue.remove(id);
      active.state.terminal('aborted', reason);
      this.#end(active);
    } else active.run.abort(reason);
  }

  #end({ state, journal, directory }: ActiveJob): void {
    // Until its end is written, the job is told from memory.
    journal.writeEnd(() => {
      this.#active.delete(state.id);
      void directory.remove();
    });
    const job = state.full();
    this.#context.changes.tell('job', job);
    if (job.status === 'failed') this.#context.onFailed(job);
  }

  #activeJob(seq: number, state: JobState): ActiveJob {
    return {
      state,
      journal: new JobJournal(this.#context, seq, state),
      directory: new JobDirectory(this.#context.jobsDirectory, state.id),
    };
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
}

/** As what is told has all processes of the job. */
function noticePeriodMs({ countFiles = 0 }: Job): number {
  return Math.max(NOTICE_PERIOD_MS, countFiles * NOTICE_PERIOD_PER_FILE_MS);
}
