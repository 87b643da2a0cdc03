import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Test } from 'tap';
import { freePort, loopbackEnvironment } from '../../loopback-environment.js';
import { cleanEnvironment, temporaryDirectory } from '../ioc-process.js';

/** What a checkout has that a reader only uses. */
const SHARED = [
  '.epics',
  '.venv',
  'Makefile',
  'db',
  'node_modules',
  'package-lock.json',
  'package.json',
  'src',
  'tsconfig.base.json',
];
const BLOCK_LIMIT_MS = 300_000;

/** How a command ended, and what it printed to stdout and stderr. */
export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** Somebody who does what a page says, in a checkout of their own, on free ports of loopback. */
export class Reader {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly #background: ChildProcess[] = [];

  private constructor(directory: string, environment: NodeJS.ProcessEnv) {
    this.directory = directory;
    this.environment = environment;
  }

  static async begin(t: Test): Promise<Reader> {
    const directory = temporaryDirectory(t);
    for (const name of SHARED) symlinkSync(resolve(name), join(directory, name));
    cpSync('ioc', join(directory, 'ioc'), { recursive: true });
    mkdirSync(join(directory, 'bin'));
    const path = `${join(directory, 'bin')}:${join(directory, '.venv/bin')}:${process.env['PATH'] ?? ''}`;
    return new Reader(directory, {
      ...cleanEnvironment(),
      ...(await loopbackEnvironment()),
      FREE_PORT: String(await freePort()),
      PATH: path,
      PYTHONPATH: join(directory, 'ioc/bluesky'),
      npm_config_offline: 'true',
    });
  }

  /** Writes a file that a page shows. */
  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.directory, file)), { recursive: true });
    writeFileSync(join(this.directory, file), text);
  }

  /** Runs a command to its end. */
  async run(command: string, ...args: string[]): Promise<Ran> {
    const { child, output } = this.#spawn(command, args);
    const limit = setTimeout(() => {
      endGroup(child, 'SIGKILL');
    }, BLOCK_LIMIT_MS);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(limit);
    return { code, output: output() };
  }

  /** Starts a command that goes on; resolves when it has printed what is awaited, or has ended. */
  async start(script: string, awaited: RegExp): Promise<Ran> {
    const { child, output } = this.#spawn('sh', ['-ec', script]);
    this.#background.push(child);
    const limit = setTimeout(() => {
      endGroup(child, 'SIGKILL');
    }, BLOCK_LIMIT_MS);
    const code = await new Promise<number | null>((done) => {
      const look = (): void => {
        if (awaited.test(output())) done(0);
      };
      child.stdout?.on('data', look);
      child.stderr?.on('data', look);
      child.once('close', done);
    });
    clearTimeout(limit);
    return { code, output: output() };
  }

  /** Ends what `start` has left running. */
  async end(): Promise<void> {
    for (const child of this.#background.splice(0).reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const closed = once(child, 'close');
      endGroup(child, 'SIGTERM');
      await closed;
    }
  }

  #spawn(command: string, args: readonly string[]): { child: ChildProcess; output: () => string } {
    const child = spawn(command, args, {
      cwd: this.directory,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let text = '';
    const take = (chunk: Buffer): void => {
      text += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    return { child, output: () => text };
  }
}

/** A command of a shell, with all that it has started. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, signal);
}
