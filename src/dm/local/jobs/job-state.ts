import { jobError } from '../../job-error.js';
import type { Job } from '../../schemas/job.js';
import { isTerminalStatus, type DmStatus } from '../../schemas/status.js';
import { workflowSchema, type ChildProcess, type Stage, type Workflow } from '../../schemas/workflow.js';
import { elapsedSeconds, nowSeconds, timestampText } from '../dm-time.js';
import { Elapsed } from '../elapsed.js';
import { JOB_KEYS } from './job-keys.js';

/** Of a reason in a list. */
const REASON_CHARACTERS = 1000;

type Counted = 'pending' | 'running' | 'done' | 'failed';

/** An aborted process counts as failed. */
function countedAs({ status }: ChildProcess): Counted {
  return status === 'pending' || status === 'running' || status === 'done' ? status : 'failed';
}

/** A job in memory: DM's flat document, and the processes of its stages. Every change makes new objects, so what was given out never changes. */
export class JobState {
  #document: Job;
  readonly #template: Workflow;
  readonly #children = new Map<string, Map<number, ChildProcess>>();
  readonly #stages = new Map<string, Stage>();
  readonly #counts = new Map<string, Record<Counted, number>>();
  #nChildren = 0;
  #elapsed: Elapsed | undefined;

  constructor(document: Job, template: Workflow) {
    this.#document = document;
    this.#template = template;
  }

  /** A job as an earlier engine left it. @param document see `stored` @param children of it, in the order of their numbers */
  static restore(document: Job, children: readonly ChildProcess[]): JobState {
    const { stages, ...workflow } = workflowSchema.parse(document.workflow);
    const template = Object.fromEntries(Object.entries(stages).map(([id, stage]) => [id, withoutCounts(stage)]));
    const state = new JobState(document, { ...workflow, stages: template });
    for (const id of new Set(children.map(({ stageId }) => stageId))) state.#openStage(id);
    for (const child of children) state.putChild(child);
    // The processes of the stage that is under way are numbered again, as they were.
    const { stage = '' } = document;
    const before = children.filter(({ stageId }) => stageId < stage);
    state.#nChildren = Math.max(0, ...before.map(({ childProcessNumber }) => childProcessNumber + 1));
    return state;
  }

  get id(): string {
    return this.#document.id;
  }

  get status(): string {
    return this.#document.status;
  }

  /** Stage keys are sorted as strings, and run in that order. Source: aps-dm 3.3. */
  get stages(): [string, Stage][] {
    return Object.entries(this.#template.stages).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  get workflow(): Workflow {
    return this.#template;
  }

  /** The top-level keys, with the template. */
  get keys(): Job {
    return this.#document;
  }

  /** All keys, stages and child processes. */
  full(): Job {
    return this.#withStages((id) => {
      const children = this.#children.get(id);
      return children === undefined
        ? undefined
        : Object.fromEntries([...children].map(([number, child]) => [String(number), child]));
    });
  }

  /** As `full`, but without child processes: what the database holds of a job. */
  stored(): Job {
    return this.#withStages(() => undefined);
  }

  /** The keys of a list. Why a stage failed is told here, as an entry has no stages that tell it. */
  summary(): Job {
    const summary = jobSummary(this.#document);
    const isTold = this.status !== 'failed' || (summary.errorMessage ?? '') !== '';
    return isTold ? summary : { ...summary, errorMessage: jobError(this.full()).slice(0, REASON_CHARACTERS) };
  }

  set(keys: Partial<Job>): void {
    this.#document = { ...this.#document, ...keys };
  }

  running(): void {
    const startTime = nowSeconds();
    this.#elapsed = new Elapsed();
    this.set({ status: 'running', startTime, startTimestamp: timestampText(startTime) });
  }

  terminal(status: DmStatus, errorMessage?: string): void {
    if (isTerminalStatus(this.status)) return;
    const endTime = nowSeconds();
    this.set({
      status,
      endTime,
      endTimestamp: timestampText(endTime),
      runTime: this.#elapsed?.seconds() ?? elapsedSeconds(this.#document.startTime ?? endTime, endTime),
      ...(errorMessage !== undefined && { errorMessage }),
    });
  }

  /** True once the stage has a process. */
  hasStage(id: string): boolean {
    return this.#children.has(id);
  }

  /** When its first process began, in Unix seconds; undefined before. */
  startOfStage(id: string): number | undefined {
    return this.#children.get(id)?.values().next().value?.startTime;
  }

  beginStage(id: string): void {
    this.set({ stage: id });
    this.#openStage(id);
  }

  child(stageId: string, number: number): ChildProcess | undefined {
    return this.#children.get(stageId)?.get(number);
  }

  #openStage(id: string): void {
    this.#children.set(id, new Map());
    this.#counts.set(id, { pending: 0, running: 0, done: 0, failed: 0 });
    this.#count(id);
  }

  /** The number that the next process will have. */
  get nChildren(): number {
    return this.#nChildren;
  }

  nextChildNumber(): number {
    return this.#nChildren++;
  }

  putChild(child: ChildProcess): void {
    const children = this.#children.get(child.stageId);
    const counts = this.#counts.get(child.stageId);
    if (children === undefined || counts === undefined) return;
    const before = children.get(child.childProcessNumber);
    if (before !== undefined) counts[countedAs(before)]--;
    counts[countedAs(child)]++;
    children.set(child.childProcessNumber, child);
    this.#count(child.stageId);
  }

  #count(id: string): void {
    const template = this.#template.stages[id];
    const counts = this.#counts.get(id);
    if (template === undefined || counts === undefined) return;
    this.#stages.set(id, {
      ...template,
      nQueuedChildProcesses: counts.pending,
      nRunningChildProcesses: counts.running,
      // DM gives these two only when they are not zero.
      ...(counts.done > 0 && { nCompletedChildProcesses: counts.done }),
      ...(counts.failed > 0 && { nFailedChildProcesses: counts.failed }),
    });
  }

  #withStages(childrenOf: (id: string) => Record<string, ChildProcess> | undefined): Job {
    const stages = Object.fromEntries(
      this.stages.map(([id, template]) => {
        const childProcesses = childrenOf(id);
        const stage = this.#stages.get(id) ?? template;
        return [id, childProcesses === undefined ? stage : { ...stage, childProcesses }];
      }),
    );
    return { ...this.#document, workflow: { ...this.#template, stages } };
  }
}

function withoutCounts(stage: Stage): Stage {
  const template = { ...stage };
  delete template.nQueuedChildProcesses;
  delete template.nRunningChildProcesses;
  delete template.nCompletedChildProcesses;
  delete template.nFailedChildProcesses;
  return template;
}

/** DM's default keys of a list, with the names of workflow and experiment. */
export function jobSummary(document: Job): Job {
  const { workflow } = document;
  const summary = Object.fromEntries(
    [...JOB_KEYS, 'experimentName'].flatMap((key) => (document[key] === undefined ? [] : [[key, document[key]]])),
  );
  return {
    ...summary,
    id: document.id,
    owner: document.owner,
    status: document.status,
    ...(workflow !== undefined && { workflow: { name: workflow.name, owner: workflow.owner } }),
  };
}
