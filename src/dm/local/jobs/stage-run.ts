import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildProcess, Stage } from '../../schemas/workflow.js';
import { elapsedSeconds, nowSeconds } from '../dm-time.js';
import type { ChildProcessRepository } from '../store/child-process-repository.js';
import type { Database } from '../store/database.js';
import type { StateWriter } from '../store/state-writer.js';
import { Expression } from './expression.js';
import type { InputFiles } from './input-files.js';
import type { JobState } from './job-state.js';
import { displayCommand, jobEnvironment, jobVariables, USER_ACCOUNT } from './job-variables.js';
import { outputRegex, outputVariables } from './output-variables.js';
import { StageProcess, type StageProcessResult } from './stage-process.js';

export interface StageRunContext {
  readonly seq: number;
  readonly database: Database;
  readonly children: ChildProcessRepository;
  readonly writer: StateWriter;
  /** Where commands run that name no working directory. */
  readonly workingDirectory: string;
  readonly outputTailBytes: number;
  readonly abortGraceMs: number;
  readonly onChange: () => void;
}

/** One stage of a job: one process, one per file, or one per repetition. */
export class StageRun {
  /** Every process group that was started. */
  readonly processGroups: number[] = [];
  readonly #state: JobState;
  readonly #id: string;
  readonly #stage: Stage;
  readonly #input: InputFiles;
  readonly #signal: AbortSignal;
  readonly #context: StageRunContext;
  readonly #regexes: readonly RegExp[];

  constructor(
    state: JobState,
    id: string,
    stage: Stage,
    input: InputFiles,
    signal: AbortSignal,
    context: StageRunContext,
  ) {
    this.#state = state;
    this.#id = id;
    this.#stage = stage;
    this.#input = input;
    this.#signal = signal;
    this.#context = context;
    this.#regexes = (stage.outputVariableRegexList ?? []).map(outputRegex);
  }

  /** @returns whether the stage succeeded @throws DmError when an expression can't be evaluated or a repetition ended in vain */
  async run(): Promise<boolean> {
    if (this.#stage.repeatUntil !== undefined) return await this.#repeat(this.#stage.repeatUntil);
    if (this.#input.multiple && /\$\{?filePath\b/u.test(this.#stage.command)) return await this.#runPerFile();
    return await this.#process(this.#queue({}));
  }

  async #repeat(repeatUntil: string): Promise<boolean> {
    const { repeatPeriod = 1, maxRepeats = 1 } = this.#stage;
    const expression = new Expression(repeatUntil);
    for (let count = 1; count <= maxRepeats; count++) {
      const queued = this.#queue({});
      if (count > 1) {
        this.#context.onChange();
        await delay(repeatPeriod * 1000, undefined, { signal: this.#signal }).catch(() => undefined);
      }
      if (!(await this.#process(queued))) return false;
      const variables = jobVariables(this.#state.keys);
      if (expression.evaluate((name) => variables.get(name))) return true;
    }
    throw new Error(`Stage ${this.#id}: ${repeatUntil} was still false after ${maxRepeats} repeats.`);
  }

  /** Of a job with several files: each in turn, or with `parallelExec` as many at once as there are processors. No more are started after a failure. */
  async #runPerFile(): Promise<boolean> {
    const queue = this.#input.paths.map((filePath) => this.#queue({ filePath }));
    let failed = false;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let queued = queue[next++]; queued !== undefined && !failed; queued = queue[next++]) {
        if (!(await this.#process(queued))) failed = true;
      }
    };
    await Promise.all(Array.from({ length: this.#stage.parallelExec === true ? availableParallelism() : 1 }, worker));
    return !failed;
  }

  #queue(own: Readonly<Record<string, string>>): { child: ChildProcess; own: Readonly<Record<string, string>> } {
    const variables = this.#variables(own);
    const child: ChildProcess = {
      stageId: this.#id,
      childProcessNumber: this.#state.nextChildNumber(),
      command: displayCommand(this.#stage.command, variables),
      userAccount: USER_ACCOUNT,
      workingDir: this.#stage.workingDir === undefined ? null : displayCommand(this.#stage.workingDir, variables),
      status: 'pending',
      submitTime: nowSeconds(),
    };
    this.#state.putChild(child);
    return { child, own };
  }

  /** @returns whether the process succeeded */
  async #process({ child, own }: { child: ChildProcess; own: Readonly<Record<string, string>> }): Promise<boolean> {
    if (this.#isAborted()) {
      this.#put({ ...child, status: 'aborted' });
      return false;
    }
    const startTime = nowSeconds();
    const running: ChildProcess = { ...child, status: 'running', startTime };
    this.#put(running);
    const result = await this.#execute(running, own);
    if (result.exitStatus === 0) this.#state.set(outputVariables(result.stdOut, this.#regexes));
    const endTime = nowSeconds();
    this.#put({
      ...running,
      status: this.#isAborted() ? 'aborted' : result.exitStatus === 0 ? 'done' : 'failed',
      endTime,
      runTime: elapsedSeconds(startTime, endTime),
      exitStatus: result.exitStatus,
      stdOut: result.stdOut,
      stdErr: result.stdErr,
      ...(result.omittedBytes > 0 && { omittedOutputBytes: result.omittedBytes }),
    });
    return result.exitStatus === 0 && !this.#isAborted();
  }

  async #execute(child: ChildProcess, own: Readonly<Record<string, string>>): Promise<StageProcessResult> {
    const base = this.#context.workingDirectory;
    const named = child.workingDir ?? base;
    const workingDirectory = isAbsolute(named) ? named : join(base, named);
    const isDirectory = await stat(workingDirectory).then(
      (status) => status.isDirectory(),
      () => false,
    );
    if (!isDirectory) {
      return {
        exitStatus: 1,
        stdOut: '',
        stdErr: `workingDir ${workingDirectory} is not a directory.\n`,
        omittedBytes: 0,
      };
    }
    const stageProcess = new StageProcess({
      command: this.#stage.command,
      environment: jobEnvironment(this.#state.id, this.#variables(own)),
      workingDirectory,
      outputTailBytes: this.#context.outputTailBytes,
      abortGraceMs: this.#context.abortGraceMs,
    });
    if (stageProcess.processGroup !== undefined) this.processGroups.push(stageProcess.processGroup);
    const onAbort = (): void => {
      stageProcess.abort();
    };
    if (this.#signal.aborted) onAbort();
    this.#signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await stageProcess.result;
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
    }
  }

  #isAborted(): boolean {
    return this.#signal.aborted;
  }

  #variables(own: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
    return new Map([...jobVariables(this.#state.keys), ...Object.entries(own)]);
  }

  #put(child: ChildProcess): void {
    this.#state.putChild(child);
    const { seq, database, children, writer } = this.#context;
    const put = children.putting(seq, child);
    writer.write(`${this.#state.id} process ${child.childProcessNumber}`, () => database.write([put]));
    this.#context.onChange();
  }
}
