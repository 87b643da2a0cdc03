import { spawn, type ChildProcess as NodeChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { OutputTail } from './output-tail.js';
import { errorText } from '../../error-text.js';

export interface StageProcessOptions {
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
  readonly outputTailBytes: number;
  readonly abortGraceMs: number;
}

/** How a process ended. A signal is a negative exit status, as Python's subprocess has it. */
export interface StageProcessResult {
  readonly exitStatus: number;
  readonly stdOut: string;
  readonly stdErr: string;
  readonly omittedBytes: number;
}

/** After the shell has ended, a background process of it may hold the output open; it isn't waited for longer than this. */
const OUTPUT_GRACE_MS = 500;
/** What a shell says when it can't run a command. */
const CANNOT_RUN = 126;

/** One process of a stage: `/bin/sh -c` in its own session, so that it and its children can be ended as one group. */
export class StageProcess {
  readonly result: Promise<StageProcessResult>;
  readonly #process: NodeChildProcess | undefined;
  readonly #options: StageProcessOptions;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(options: StageProcessOptions) {
    this.#options = options;
    try {
      this.#process = spawn('/bin/sh', ['-c', options.command], {
        cwd: options.workingDirectory,
        env: options.environment,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      // Arguments that the system can't take throw here, everything else is an event.
      this.result = Promise.resolve(cannotRun(error));
      return;
    }
    this.result = this.#watch(this.#process);
  }

  /** The process group, or undefined when the process could not be started. */
  get processGroup(): number | undefined {
    return this.#process?.pid;
  }

  /** TERM to the whole group, KILL after the grace. */
  abort(): void {
    this.#signal('SIGTERM');
    this.#killTimer ??= setTimeout(() => {
      this.#signal('SIGKILL');
    }, this.#options.abortGraceMs);
  }

  async #watch(child: NodeChildProcess): Promise<StageProcessResult> {
    const stdOut = new OutputTail(this.#options.outputTailBytes);
    const stdErr = new OutputTail(this.#options.outputTailBytes);
    child.stdout?.on('data', (chunk: Buffer) => {
      stdOut.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stdErr.push(chunk);
    });
    try {
      const exitStatus = await new Promise<number>((resolve, reject) => {
        let status = 0;
        child.once('error', reject);
        child.once('exit', (code, signal) => {
          status = code ?? -(signal === null ? 0 : constants.signals[signal]);
          setTimeout(() => {
            resolve(status);
          }, OUTPUT_GRACE_MS).unref();
        });
        child.once('close', () => {
          resolve(status);
        });
      });
      return {
        exitStatus,
        stdOut: stdOut.text(),
        stdErr: stdErr.text(),
        omittedBytes: stdOut.omittedBytes + stdErr.omittedBytes,
      };
    } catch (error) {
      return cannotRun(error);
    } finally {
      clearTimeout(this.#killTimer);
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
  }

  #signal(signal: NodeJS.Signals): void {
    const group = this.processGroup;
    if (group === undefined) return;
    try {
      process.kill(-group, signal);
    } catch {
      // The group has ended already.
    }
  }
}

function cannotRun(error: unknown): StageProcessResult {
  const message = errorText(error);
  const tooLong = message.includes('E2BIG') ? ' (the arguments of the job are too long for an environment)' : '';
  return {
    exitStatus: CANNOT_RUN,
    stdOut: '',
    stdErr: `The command could not be started: ${message}${tooLong}\n`,
    omittedBytes: 0,
  };
}
