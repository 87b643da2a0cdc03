import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Test } from 'tap';
import { freePort, loopbackEnvironment } from '../../../loopback-environment.js';

const DATABASE = 'test/unit/node-epics-ca/client/client.db';
const ACCESS_FILE = 'test/unit/node-epics-ca/client/open.acf';

/** A C IOC of EPICS base on ports of its own. It can be stopped and started again on the same port. */
export class SoftIoc {
  readonly environment: Readonly<Record<string, string>>;
  readonly #database: string;
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;

  private constructor(environment: Readonly<Record<string, string>>, database: string) {
    this.environment = environment;
    this.#database = database;
  }

  /** Runs until the test ends. */
  static async start(t: Test, database: string = DATABASE): Promise<SoftIoc> {
    const environment = {
      ...(await loopbackEnvironment()),
      EPICS_CA_REPEATER_PORT: String(await freePort()),
      EPICS_CA_MAX_SEARCH_PERIOD: '60',
    };
    const ioc = new SoftIoc(environment, database);
    await ioc.start();
    t.teardown(() => ioc.kill());
    return ioc;
  }

  async start(): Promise<void> {
    const arguments_ = ['test/unit/node-epics-ca/client/soft_ioc.py', this.#database, ACCESS_FILE];
    const child = spawn('.venv/bin/python', arguments_, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      child.stderr.resume();
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === 'ready') resolve();
      });
      child.once('exit', (code) => {
        reject(new Error(`the IOC ended with ${String(code)}`));
      });
    });
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Stops it until {@link thaw}; settles when none of its threads runs any more, which is after the signal was sent. */
  async freeze(): Promise<void> {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    const threads = `/proc/${String(pid)}/task`;
    const isStopped = (id: string): boolean => {
      try {
        return /^State:\s+T/mu.test(readFileSync(`${threads}/${id}/status`, 'utf8'));
      } catch {
        // A thread may end before the signal reaches it: the next look has it no more.
        return false;
      }
    };
    while (!readdirSync(threads).every(isStopped)) await setImmediate();
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Load another access security file; clients are told of their new rights. */
  loadAccessFile(file: string): void {
    this.#child?.stdin.write(`${file}\n`);
  }
}
