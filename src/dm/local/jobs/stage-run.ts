import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { DmError } from '../../errors.js';
import type { ChildProcess, Stage } from '../../schemas/workflow.js';
import { elapsedSeconds, nowSeconds } from '../dm-time.js';
import { inTurns } from '../in-turns.js';
import { Expression } from './expression.js';
import type { InputFiles } from './input-files.js';
import { displayCommand, jobVariables, USER_ACCOUNT } from './job-variables.js';
import { ProcessRun, processVariables, type OwnVariables, type ProcessRunContext } from './process-run.js';

const FILES_PER_TURN = 500;

interface Queued {
  readonly child: ChildProcess;
  /** Variables of this process alone. */
  readonly own: OwnVariables;
}

/** One stage of a job: one process, one per file, or one per repetition. What an earlier engine began is taken up; nothing runs twice. */
export class StageRun {
  /** Every process group that was started. */
  readonly processGroups: number[] = [];
  readonly #id: string;
  readonly #stage: Stage;
  readonly #input: InputFiles;
  readonly #context: ProcessRunContext;
  /** Why the job can't go on, although no command says so. */
  #problem: string | undefined;

  constructor(id: string, stage: Stage, input: InputFiles, context: ProcessRunContext) {
    this.#id = id;
    this.#stage = stage;
    this.#input = input;
    this.#context = context;
  }

  /**
   * @returns whether the stage succeeded
   * @throws DmError when an expression can't be evaluated, a repetition ended in vain, or how a process ended is not known
   */
  async run(): Promise<boolean> {
    const succeeded = await this.#runProcesses();
    if (this.#problem !== undefined) throw new DmError('DM_COMMAND_FAILED', `Stage ${this.#id}: ${this.#problem}`);
    return succeeded;
  }

  async #runProcesses(): Promise<boolean> {
    if (this.#stage.repeatUntil !== undefined) return await this.#repeat(this.#stage.repeatUntil);
    if (this.#input.multiple && /\$\{?filePath\b/u.test(this.#stage.command)) return await this.#runPerFile();
    return await this.#process(this.#queue({}));
  }

  async #repeat(repeatUntil: string): Promise<boolean> {
    const { repeatPeriod = 1, maxRepeats = 1 } = this.#stage;
    const expression = new Expression(repeatUntil);
    for (let count = 1, queued = this.#queue({}); ; count++) {
      if (!(await this.#process(queued))) return false;
      const next = count < maxRepeats ? this.#begunNext() : undefined;
      if (next === undefined) {
        const variables = jobVariables(this.#context.state.keys);
        if (expression.evaluate((name) => variables.get(name))) return true;
        if (count === maxRepeats) break;
        const last = queued.child;
        queued = this.#queue({});
        this.#context.onChange();
        await this.#pause(repeatPeriod, last);
      } else queued = next;
    }
    throw new DmError(
      'DM_COMMAND_FAILED',
      `Stage ${this.#id}: ${repeatUntil} was still false after ${maxRepeats} repeats.`,
    );
  }

  /** The next repetition if an earlier engine has begun it, and so has found the condition false. */
  #begunNext(): Queued | undefined {
    const { state, directory } = this.#context;
    const number = state.nChildren;
    const hasBegun = state.child(this.#id, number) !== undefined || directory.left(number) !== undefined;
    return hasBegun ? this.#queue({}) : undefined;
  }

  /** After a restart, only what is left of the period. */
  async #pause(repeatPeriod: number, last: ChildProcess): Promise<void> {
    const { state, isResumed, interrupt: signal } = this.#context;
    const endTime = state.child(this.#id, last.childProcessNumber)?.endTime;
    const passed = isResumed && endTime !== undefined ? elapsedSeconds(endTime, nowSeconds()) : 0;
    await delay(Math.max(0, repeatPeriod - passed) * 1000, undefined, { signal }).catch(() => undefined);
  }

  /** Of a job with several files: each in turn, or with `parallelExec` as many at once as there are processors. No more are started after a failure. */
  async #runPerFile(): Promise<boolean> {
    const queue: Queued[] = [];
    for await (const paths of inTurns(this.#input.paths, FILES_PER_TURN))
      for (const filePath of paths) queue.push(this.#queue({ filePath }));
    let failed = false;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let queued = queue[next++]; queued !== undefined; queued = queue[next++]) {
        if (failed && !this.#hasBegun(queued.child)) continue;
        if (!(await this.#process(queued))) failed = true;
      }
    };
    await Promise.all(Array.from({ length: this.#stage.parallelExec === true ? availableParallelism() : 1 }, worker));
    return !failed;
  }

  #hasBegun({ status, childProcessNumber }: ChildProcess): boolean {
    return status !== 'pending' || this.#context.directory.left(childProcessNumber) !== undefined;
  }

  #queue(own: OwnVariables): Queued {
    const { state } = this.#context;
    const childProcessNumber = state.nextChildNumber();
    const known = state.child(this.#id, childProcessNumber);
    if (known !== undefined) return { child: known, own };
    const variables = processVariables(state, own);
    const child: ChildProcess = {
      stageId: this.#id,
      childProcessNumber,
      command: displayCommand(this.#stage.command, variables),
      userAccount: USER_ACCOUNT,
      workingDir: this.#stage.workingDir === undefined ? null : displayCommand(this.#stage.workingDir, variables),
      status: 'pending',
      submitTime: nowSeconds(),
    };
    state.putChild(child);
    return { child, own };
  }

  /** @returns whether the process succeeded */
  async #process({ child, own }: Queued): Promise<boolean> {
    const run = new ProcessRun(child, this.#stage, own, this.#context);
    const { succeeded, problem } = await run.run();
    if (run.processGroup !== undefined) this.processGroups.push(run.processGroup);
    this.#problem ??= problem;
    return succeeded;
  }
}
