import type { ChildProcess as NodeChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { errorText } from '../../error-text.js';
import { nowSeconds } from '../dm-time.js';
import type { ProcessDirectory } from './process-directory.js';
import { runnerPid, watchRunner } from './runner-watch.js';
import {
  BOOT_ID,
  isRunner,
  RUNNER_REFUSED,
  spawnRunner,
  type RunnerOptions,
  type RunnerStatus,
} from './stage-runner.js';

export interface StageProcessOptions {
  readonly directory: ProcessDirectory;
  readonly outputTailBytes: number;
  readonly abortGraceMs: number;
}

/** How a process ended. */
export interface StageProcessResult {
  /** A signal is negative, as Python's subprocess has it. null: nobody knows, `lost` says why. */
  readonly exitStatus: number | null;
  readonly stdOut: string;
  readonly stdErr: string;
  readonly omittedBytes: number;
  /** Unix seconds. */
  readonly endTime: number;
  readonly lost?: string;
}

interface End {
  readonly exitStatus: number | null;
  /** Follows what the command itself wrote. */
  readonly message?: string;
  readonly lost?: string;
  /** When it wasn't just now. */
  readonly endTime?: number | undefined;
}

/** What a shell says when it can't run a command. */
const CANNOT_RUN = 126;
/** A shell adds the number of the signal to this. */
const BY_SIGNAL = 128;

/** One process of a stage, held by a runner in a session of its own: it outlives this program, and is ended as one group. */
export class StageProcess {
  readonly result: Promise<StageProcessResult>;
  /** undefined when it could not be started. */
  readonly processGroup: number | undefined;
  readonly #abortGraceMs: number;
  #killTimer: NodeJS.Timeout | undefined;
  #sent: NodeJS.Signals | undefined;

  private constructor(options: StageProcessOptions, processGroup: number | undefined, end: Promise<End>) {
    this.processGroup = processGroup;
    this.#abortGraceMs = options.abortGraceMs;
    this.result = this.#resultOf(end, options);
  }

  /** Run the command. When it can't be started the result says so. */
  static start(options: StageProcessOptions, command: Omit<RunnerOptions, 'directory'>): StageProcess {
    try {
      const runner = spawnRunner({ ...command, directory: options.directory.path });
      // It needs nobody, so it keeps nobody.
      runner.unref();
      return new StageProcess(options, runner.pid, endOfChild(runner, options.directory));
    } catch (error) {
      // Arguments that the system can't take throw here, everything else is an event.
      return new StageProcess(options, undefined, Promise.resolve(cannotRun(error)));
    }
  }

  /** Take up a process that an earlier engine started. @param signal ends the watching; `result` rejects then */
  static async takeUp(options: StageProcessOptions, signal: AbortSignal): Promise<StageProcess> {
    const { directory } = options;
    const pid = await runnerPid(directory);
    const isAlive = pid !== undefined && (await isRunner(pid, directory.key));
    return new StageProcess(options, isAlive ? pid : undefined, endOfOther(directory, signal));
  }

  /** TERM to the whole group, KILL after the grace. */
  abort(): void {
    this.#signal('SIGTERM');
    this.#killTimer ??= setTimeout(() => {
      this.#signal('SIGKILL');
    }, this.#abortGraceMs);
  }

  async #resultOf(end: Promise<End>, { directory, outputTailBytes }: StageProcessOptions): Promise<StageProcessResult> {
    try {
      const { exitStatus, message = '', lost, endTime = nowSeconds() } = await end;
      const [out, err] = await Promise.all([
        directory.output('out', outputTailBytes),
        directory.output('err', outputTailBytes),
      ]);
      return {
        exitStatus: exitStatus ?? (this.#sent === undefined ? null : -constants.signals[this.#sent]),
        stdOut: out.text,
        stdErr: err.text + message,
        omittedBytes: out.omittedBytes + err.omittedBytes,
        endTime,
        ...(lost !== undefined && this.#sent === undefined && { lost }),
      };
    } finally {
      clearTimeout(this.#killTimer);
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.processGroup === undefined) return;
    this.#sent = signal;
    try {
      process.kill(-this.processGroup, signal);
    } catch {
      // The group has ended already.
    }
  }
}

function cannotRun(error: unknown): End {
  const message = errorText(error);
  const tooLong = message.includes('E2BIG') ? ' (the arguments of the job are too long for an environment)' : '';
  return { exitStatus: CANNOT_RUN, message: `The command could not be started: ${message}${tooLong}\n` };
}

async function endOfChild(runner: NodeChildProcess, directory: ProcessDirectory): Promise<End> {
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      runner.once('error', reject);
      runner.once('exit', resolve);
    });
    const status = await directory.status();
    if (status?.exit !== undefined) return endOf(status);
    if (code === null) return { exitStatus: null, lost: reasonOf(status) };
    // On a full disk the exit status can't be written, but a child tells it.
    if (status?.pid !== undefined || code !== RUNNER_REFUSED) return { exitStatus: code };
    return cannotRun(`nothing can be written in ${directory.path}`);
  } catch (error) {
    return cannotRun(error);
  }
}

async function endOfOther(directory: ProcessDirectory, signal: AbortSignal): Promise<End> {
  const status = await watchRunner(directory, signal);
  if (status?.exit === undefined) return { exitStatus: null, lost: reasonOf(status) };
  return { ...endOf(status), endTime: await directory.statusTime() };
}

function endOf({ exit = 0, message }: RunnerStatus): End {
  // The number alone may be the command's own, too. Not every shell has a word for a signal (bash has none here): the number stays then.
  if (exit > BY_SIGNAL && message !== '') return { exitStatus: BY_SIGNAL - exit };
  return { exitStatus: exit, ...(message !== '' && { message: `${message}\n` }) };
}

/** Why the end of a process is not known. */
function reasonOf(status: RunnerStatus | undefined): string {
  if (status === undefined) return 'the directory with its output and exit status is gone';
  if (status.bootId !== '' && status.bootId !== BOOT_ID) return 'the machine was restarted';
  return 'the runner that held it was killed';
}
