import type { Stage } from '../../schemas/workflow.js';
import type { DmLogger } from '../../logger.js';
import { Expression } from './expression.js';
import { inputFiles, type InputFiles, type InputFilesContext } from './input-files.js';
import type { JobState } from './job-state.js';
import { isVariableName, jobVariables } from './job-variables.js';
import { endLeftoverProcesses } from './leftover-processes.js';
import { StageRun, type StageRunContext } from './stage-run.js';
import { errorText } from '../../error-text.js';

/** Told of every change of a job; `settled` is one that must reach the disk and its audience at once. */
export type JobChange = (kind: 'stage' | 'process' | 'terminal') => void;

export interface JobRunContext extends Omit<StageRunContext, 'onChange' | 'isAborted'> {
  readonly input: InputFilesContext;
  readonly log: DmLogger;
}

/** One job from `running` to its terminal status. */
export class JobRun {
  readonly #state: JobState;
  readonly #context: JobRunContext;
  readonly #onChange: JobChange;
  readonly #abort = new AbortController();
  #stageRun: StageRun | undefined;
  #abortReason: string | undefined;

  constructor(state: JobState, context: JobRunContext, onChange: JobChange) {
    this.#state = state;
    this.#context = context;
    this.#onChange = onChange;
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const state = this.#state;
    state.running();
    this.#onChange('stage');
    const groups: number[] = [];
    const end = await this.#work(groups);
    const { aborted } = this.#abort.signal;
    // What made a session of its own isn't in the groups; it outlives a job that ends by itself, but no abort.
    if (aborted || groups.some(isAlive)) await endLeftoverProcesses(new Set([state.id]));
    if (aborted) state.terminal('aborted', end.errorMessage ?? this.#abortReason);
    else state.terminal(end.status, end.errorMessage);
    this.#onChange('terminal');
  }

  /** @param groups takes the process groups that were started */
  async #work(groups: number[]): Promise<{ status: 'done' | 'failed'; errorMessage?: string }> {
    const state = this.#state;
    try {
      const input = await inputFiles(state.keys, this.#context.input);
      state.set({ countFiles: input.paths.length });
      this.#noteUnusable();
      return { status: (await this.#runStages(input, groups)) ? 'failed' : 'done' };
    } catch (error) {
      return { status: 'failed', errorMessage: errorText(error) };
    }
  }

  /** End the job's processes; `run` resolves soon after. @param reason becomes the job's errorMessage */
  abort(reason?: string): void {
    if (this.#abort.signal.aborted) return;
    this.#abortReason = reason;
    this.#state.set({ status: 'aborting' });
    this.#onChange('stage');
    this.#abort.abort();
  }

  /** @returns true when a stage failed */
  async #runStages(input: InputFiles, groups: number[]): Promise<boolean> {
    for (const [id, stage] of this.#state.stages) {
      if (this.#abort.signal.aborted) return false;
      if (!this.#isDue(id, stage)) continue;
      this.#state.beginStage(id);
      this.#onChange('stage');
      this.#stageRun = new StageRun(this.#state, id, stage, input, this.#abort.signal, {
        ...this.#context,
        onChange: () => {
          this.#onChange('process');
        },
      });
      try {
        if (!(await this.#stageRun.run())) return true;
      } finally {
        groups.push(...this.#stageRun.processGroups);
      }
    }
    return false;
  }

  /** A stage whose `runIf` is false is left out. */
  #isDue(id: string, stage: Stage): boolean {
    if (stage.runIf === undefined) return true;
    const variables = jobVariables(this.#state.keys);
    try {
      return new Expression(stage.runIf).evaluate((name) => variables.get(name));
    } catch (error) {
      this.#state.set({ stage: id });
      throw error;
    }
  }

  #noteUnusable(): void {
    const names = Object.keys(this.#state.keys).filter((name) => !isVariableName(name));
    if (names.length > 0) {
      this.#context.log.warn(
        { job: this.#state.id, names },
        'arguments whose names a shell has no variable for are not given to the commands',
      );
    }
  }
}

function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
