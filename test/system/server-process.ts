import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Test } from 'tap';
import { cleanEnvironment, PYTHON } from './ioc-process.js';

/** A program of the Python environment that serves something to a test, and ends with it at the latest. */
export class ServerProcess {
  readonly #child: ChildProcess;

  constructor(t: Test, program: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#child = spawn(resolve(PYTHON, '..', program), args, {
      env: { ...cleanEnvironment(), ...environment },
      stdio: 'ignore',
    });
    t.teardown(() => this.end());
  }

  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
