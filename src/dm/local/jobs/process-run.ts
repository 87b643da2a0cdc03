import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorText } from '../../error-text.js';
import type { DmLogger } from '../../logger.js';
import type { ChildProcess, Stage } from '../../schemas/workflow.js';
import { elapsedSeconds, nowSeconds } from '../dm-time.js';
import { Elapsed } from '../elapsed.js';
import type { JobDirectory } from './job-directory.js';
import type { JobJournal } from './job-journal.js';
import type { JobState } from './job-state.js';
import { jobEnvironment, jobVariables } from './job-variables.js';
import { LiveOutput } from './live-output.js';
import type { FoundVariables, OutputVariables } from './output-variables.js';
import type { ProcessDirectory } from './process-directory.js';
import { StageProcess, type StageProcessResult } from './stage-process.js';

export interface ProcessRunContext {
  readonly state: JobState;
  readonly journal: JobJournal;
  readonly directory: JobDirectory;
  readonly outputVariables: OutputVariables;
  /** An earlier engine began the job, and perhaps this stage. */
  readonly isResumed: boolean;
  /** Aborted with the job. */
  readonly abort: AbortSignal;
  /** Aborted when the engine closes: nothing is started or waited for any more. */
  readonly closing: AbortSignal;
  /** Aborted when the time of the stage or job is over. */
  readonly limit: AbortSignal;
  /** Aborted with any of them: ends a pause. */
  readonly interrupt: AbortSignal;
  /** Where commands run that name no working directory. */
  readonly workingDirectory: string;
  readonly outputTailBytes: number;
  /** Of its processes, beside the job's variables. */
  readonly environment: NodeJS.ProcessEnv;
  readonly abortGraceMs: number;
  readonly log: DmLogger;
  readonly onChange: () => void;
  /** A process that runs has written something. */
  readonly onOutput: () => void;
}

/** Variables of one process alone. */
export type OwnVariables = Readonly<Record<string, string>>;

const NOTHING_FOUND: FoundVariables = { variables: {}, unmatched: [] };
const GONE = 'the directory with its output and exit status is gone';

/** One process of a stage from its start, or from where an earlier engine left it, to its end. */
export class ProcessRun {
  readonly #child: ChildProcess;
  readonly #stage: Stage;
  readonly #own: OwnVariables;
  readonly #context: ProcessRunContext;
  #process: StageProcess | undefined;
  #directory: ProcessDirectory | undefined;
  /** Why it was ended, when it was for that. */
  #overLimit: string | undefined;

  constructor(child: ChildProcess, stage: Stage, own: OwnVariables, context: ProcessRunContext) {
    this.#child = child;
    this.#stage = stage;
    this.#own = own;
    this.#context = context;
  }

  /** undefined unless a process was started or taken up. */
  get processGroup(): number | undefined {
    return this.#process?.processGroup;
  }

  /** `problem` says why the job can't go on, although no command says so. */
  async run(): Promise<{ succeeded: boolean; problem?: string | undefined }> {
    const child = this.#child;
    if (child.status !== 'pending' && child.status !== 'running') return { succeeded: child.status === 'done' };
    const { state, isResumed, abort, limit } = this.#context;
    const taken = isResumed ? await this.#takeUp(child) : undefined;
    if (taken === undefined && abort.aborted) {
      this.#put({ ...child, status: 'aborted' });
      return { succeeded: false };
    }
    if (taken === undefined && limit.aborted) {
      this.#put({ ...child, status: 'failed' });
      return { succeeded: false, problem: errorText(limit.reason) };
    }
    const startTime = child.startTime ?? nowSeconds();
    const elapsed = new Elapsed();
    const running = { ...child, status: 'running', startTime };
    if (taken !== undefined) state.putChild(running);
    const begun = taken ?? (await this.#start(running));
    const result = begun instanceof StageProcess ? await this.#resultOf(begun, running) : begun;
    const { exitStatus, stdOut, stdErr, omittedBytes } = result;
    const endTime = Math.max(startTime, result.endTime);
    return await this.#end(
      {
        ...running,
        endTime,
        runTime: taken === undefined ? elapsed.seconds() : elapsedSeconds(startTime, endTime),
        exitStatus,
        stdOut,
        stdErr,
        ...(omittedBytes > 0 && { omittedOutputBytes: omittedBytes }),
      },
      result.lost === undefined
        ? undefined
        : `it is not known how process ${child.childProcessNumber} ended: ${result.lost}.`,
    );
  }

  /** @returns undefined when the process has not begun, and by an earlier engine's doing never will */
  async #takeUp(child: ChildProcess): Promise<StageProcess | StageProcessResult | undefined> {
    const left = this.#context.directory.left(child.childProcessNumber);
    if (left === undefined) return child.status === 'running' ? ended(null, '', GONE) : undefined;
    try {
      if (await left.revoke()) return undefined;
    } catch (error) {
      return ended(null, '', errorText(error));
    }
    this.#directory = left;
    return await StageProcess.takeUp({ ...this.#context, directory: left }, this.#context.closing);
  }

  /** The directory is made and the process is recorded before it starts: so the next engine knows what became of it, whenever this one ends. */
  async #start(child: ChildProcess): Promise<StageProcess | StageProcessResult> {
    const { state, directory, closing, environment } = this.#context;
    const workingDirectory = resolve(this.#context.workingDirectory, child.workingDir ?? '');
    const [isDirectory, made] = await Promise.all([
      stat(workingDirectory).then(
        (status) => status.isDirectory(),
        () => false,
      ),
      directory.make(child.childProcessNumber).catch(errorText),
    ]);
    if (!isDirectory) return ended(1, `workingDir ${workingDirectory} is not a directory.\n`);
    closing.throwIfAborted();
    this.#put(child);
    if (typeof made === 'string') return ended(1, `The command could not be started: ${made}\n`);
    this.#directory = made;
    return StageProcess.start(
      { ...this.#context, directory: made },
      {
        command: this.#stage.command,
        environment: jobEnvironment(environment, state.id, processVariables(state, this.#own)),
        workingDirectory,
      },
    );
  }

  async #resultOf(stageProcess: StageProcess, running: ChildProcess): Promise<StageProcessResult> {
    const { abort, limit, state, outputTailBytes, onOutput } = this.#context;
    this.#process = stageProcess;
    const ends = AbortSignal.any([abort, limit]);
    const onEnd = (): void => {
      stageProcess.abort();
    };
    if (ends.aborted) onEnd();
    ends.addEventListener('abort', onEnd, { once: true });
    const live =
      this.#directory &&
      new LiveOutput(this.#directory, outputTailBytes, (stdOut, stdErr) => {
        state.putChild({ ...running, stdOut, stdErr });
        onOutput();
      });
    try {
      return await stageProcess.result;
    } finally {
      if (limit.aborted) this.#overLimit = errorText(limit.reason);
      live?.stop();
      ends.removeEventListener('abort', onEnd);
    }
  }

  /** @param lost that it isn't known how the process ended */
  async #end(
    child: ChildProcess,
    lost: string | undefined,
  ): Promise<{ succeeded: boolean; problem?: string | undefined }> {
    const { state, journal, directory, abort, closing, outputVariables } = this.#context;
    let problem = this.#overLimit ?? lost;
    let found: FoundVariables = NOTHING_FOUND;
    if (child.exitStatus === 0 && problem === undefined) {
      try {
        found = await outputVariables.find(child.stdOut ?? '', this.#stage.outputVariableRegexList ?? []);
      } catch (error) {
        problem = errorText(error);
      }
    }
    closing.throwIfAborted();
    state.set(found.variables);
    const succeeded = child.exitStatus === 0 && problem === undefined && !abort.aborted;
    const put = {
      ...child,
      status: abort.aborted ? 'aborted' : succeeded ? 'done' : 'failed',
      ...(problem !== undefined && { stdErr: `${child.stdErr ?? ''}${problem}\n` }),
      ...this.#warningOf(child, found),
    };
    this.#put(put, Object.keys(found.variables).length > 0);
    const left = this.#directory;
    if (left !== undefined)
      journal.whenProcessWritten(put, () => {
        directory.forget(left);
      });
    return { succeeded, problem: abort.aborted ? undefined : problem };
  }

  /** That an expression found nothing is no failure, as in DM. In a stage that is repeated, it may find something later. */
  #warningOf({ stageId }: ChildProcess, { unmatched, variables }: FoundVariables): Pick<ChildProcess, 'warning'> {
    const kept = Object.entries(variables).flatMap(([name, value]) => (value.includes('\0') ? [name] : []));
    const warnings = [
      ...(unmatched.length > 0 ? [`regular expression ${unmatched.join(' and ')} matches nothing in the output`] : []),
      ...kept.map((name) => `variable ${name} has a NUL character: no command gets it`),
    ];
    if (warnings.length === 0) return {};
    const warning = warnings.join('; ');
    const { state, log } = this.#context;
    if (this.#stage.repeatUntil === undefined) log.warn({ job: state.id, stage: stageId }, warning);
    return { warning };
  }

  #put(child: ChildProcess, withVariables = false): void {
    this.#context.state.putChild(child);
    this.#context.journal.writeProcess(child, withVariables);
    this.#context.onChange();
  }
}

/** The variables that a process sees. */
export function processVariables(state: JobState, own: OwnVariables): ReadonlyMap<string, string> {
  return new Map([...jobVariables(state.keys), ...Object.entries(own)]);
}

/** The end of a process that this engine has no hold of. */
function ended(exitStatus: number | null, stdErr: string, lost?: string): StageProcessResult {
  return {
    exitStatus,
    stdOut: '',
    stdErr,
    omittedBytes: 0,
    endTime: nowSeconds(),
    ...(lost !== undefined && { lost }),
  };
}
