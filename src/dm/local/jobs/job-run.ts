import { errorText } from '../../error-text.js';
import { DmError } from '../../errors.js';
import type { Stage } from '../../schemas/workflow.js';
import { nowSeconds } from '../dm-time.js';
import { Expression } from './expression.js';
import { inputFiles, type InputFiles, type InputFilesContext } from './input-files.js';
import { endProcesses } from './job-processes.js';
import { isVariableName, jobVariables } from './job-variables.js';
import type { ProcessRunContext } from './process-run.js';
import { StageRun } from './stage-run.js';
import { TimeLimit } from './time-limit.js';

/** Told of every change of a job; `stage` and `terminal` must reach the disk and their audience at once. */
export type JobChange = (kind: 'stage' | 'process' | 'output' | 'terminal') => void;

export interface JobRunContext extends Omit<
  ProcessRunContext,
  'onChange' | 'onOutput' | 'abort' | 'closing' | 'limit' | 'interrupt'
> {
  readonly input: InputFilesContext;
  /** Of jobs and stages whose workflow has none, in seconds; 0: none. */
  readonly jobTimeoutS: number;
  readonly stageTimeoutS: number;
}

interface JobEnd {
  readonly status: 'done' | 'failed';
  readonly errorMessage?: string;
}

/** One job from `running`, or from where an earlier engine left it, to its terminal status. */
export class JobRun {
  readonly #context: JobRunContext;
  readonly #onChange: JobChange;
  readonly #abort = new AbortController();
  readonly #closing = new AbortController();
  readonly #interrupt = new AbortController();
  /** Those that were started. */
  readonly #groups: number[] = [];
  #abortReason: string | undefined;
  #isOverLimit = false;

  constructor(context: JobRunContext, onChange: JobChange) {
    this.#context = context;
    this.#onChange = (kind) => {
      if (!this.#closing.signal.aborted) onChange(kind);
    };
    if (context.state.status === 'aborting') this.#abortWork();
  }

  /** Never rejects. Resolves at the job's end, or soon after `close`. */
  async run(): Promise<void> {
    const { state, isResumed } = this.#context;
    if (state.status === 'pending') state.running();
    this.#onChange('stage');
    const closing = this.#closing.signal;
    const closed = new Promise<undefined>((resolve) => {
      closing.addEventListener('abort', () => {
        resolve(undefined);
      });
    });
    const end = await Promise.race([this.#work(), closed]);
    if (end === undefined) return;
    const wasAborted = this.#abort.signal.aborted;
    // What made a session of its own isn't in the groups; it outlives a job that ends by itself, but no abort and no time limit.
    if (wasAborted || this.#isOverLimit || isResumed || this.#groups.some(isAlive)) await endProcesses(state.id);
    if (closing.aborted) return;
    if (wasAborted) state.terminal('aborted', this.#abortReason ?? end.errorMessage);
    else state.terminal(end.status, end.errorMessage);
    this.#onChange('terminal');
  }

  /** End the job's processes; `run` resolves soon after. @param reason becomes the job's errorMessage */
  abort(reason?: string): void {
    if (this.#abort.signal.aborted) return;
    this.#abortReason = reason;
    this.#context.state.set({ status: 'aborting' });
    this.#onChange('stage');
    this.#abortWork();
  }

  /** Leave the job and its processes as they are, for the next engine. */
  close(): void {
    this.#context.journal.close();
    this.#closing.abort();
    this.#interrupt.abort();
  }

  #abortWork(): void {
    this.#abort.abort();
    this.#interrupt.abort();
  }

  async #work(): Promise<JobEnd> {
    const { state } = this.#context;
    try {
      const input = await this.#input();
      state.set({ countFiles: input.paths.length });
      this.#noteUnusable();
      return { status: (await this.#runStages(input)) ? 'failed' : 'done' };
    } catch (error) {
      return { status: 'failed', errorMessage: errorText(error) };
    }
  }

  /** The files of a job are looked for once: a job that is taken up works on those that it began with. */
  async #input(): Promise<InputFiles> {
    const { state, directory, isResumed, input } = this.#context;
    const kept = isResumed ? await directory.keptInput() : undefined;
    if (kept !== undefined) return { paths: kept, multiple: true };
    const found = await inputFiles(state.keys, input);
    if (!found.multiple) return found;
    if (isResumed && state.keys.stage !== undefined)
      throw new DmError(
        'DM_COMMAND_FAILED',
        'The list of the files that the job began with is gone; start the job again.',
      );
    await directory.keepInput(found.paths);
    return found;
  }

  /** @returns true when a stage failed */
  async #runStages(input: InputFiles): Promise<boolean> {
    const { state, isResumed, jobTimeoutS } = this.#context;
    const first = isResumed ? state.keys.stage : undefined;
    const jobLimit = new TimeLimit(
      'the job',
      state.workflow.timeout ?? jobTimeoutS,
      secondsSince(state.keys.startTime),
    );
    try {
      return await this.#runStagesFrom(first, input, jobLimit.signal);
    } finally {
      jobLimit.cancel();
    }
  }

  async #runStagesFrom(first: string | undefined, input: InputFiles, jobLimit: AbortSignal): Promise<boolean> {
    const { state, stageTimeoutS } = this.#context;
    for (const [id, stage] of state.stages) {
      if (first !== undefined && id < first) continue;
      const hasBegun = state.hasStage(id);
      if (!hasBegun) {
        if (this.#abort.signal.aborted) return false;
        if (!this.#isDue(id, stage)) continue;
        state.beginStage(id);
        this.#onChange('stage');
      }
      const stageLimit = new TimeLimit('it', stage.timeout ?? stageTimeoutS, secondsSince(state.startOfStage(id)));
      const limit = AbortSignal.any([jobLimit, stageLimit.signal]);
      const run = new StageRun(id, stage, input, {
        ...this.#context,
        abort: this.#abort.signal,
        closing: this.#closing.signal,
        limit,
        interrupt: AbortSignal.any([this.#interrupt.signal, limit]),
        onChange: () => {
          this.#onChange('process');
        },
        onOutput: () => {
          this.#onChange('output');
        },
      });
      try {
        if (!(await run.run())) return true;
      } finally {
        stageLimit.cancel();
        this.#isOverLimit ||= limit.aborted;
        this.#groups.push(...run.processGroups);
      }
    }
    return false;
  }

  /** A stage whose `runIf` is false is left out. */
  #isDue(id: string, stage: Stage): boolean {
    if (stage.runIf === undefined) return true;
    const { state } = this.#context;
    const variables = jobVariables(state.keys);
    try {
      return new Expression(stage.runIf).evaluate((name) => variables.get(name));
    } catch (error) {
      state.set({ stage: id });
      throw error;
    }
  }

  #noteUnusable(): void {
    const { state, log } = this.#context;
    const names = Object.keys(state.keys).filter((name) => !isVariableName(name));
    if (names.length > 0) {
      log.warn(
        { job: state.id, names },
        'arguments whose names a shell has no variable for are not given to the commands',
      );
    }
  }
}

/** 0 for what has not begun. */
function secondsSince(time: number | undefined): number {
  return time === undefined ? 0 : Math.max(0, nowSeconds() - time);
}

function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
