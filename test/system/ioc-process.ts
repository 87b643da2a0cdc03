import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Test } from 'tap';
import { usersEnvironment } from '../users-environment.js';
import { describeThreads } from './describe-threads.js';

export const PROGRAM = resolve('src/dm-ioc/bin/dm-ioc.js');
export const PYTHON = resolve('.venv/bin/python');
const START_TIMEOUT_MS = 300_000;
const PROGRAM_TIMEOUT_MS = 900_000;

/** Where EPICS is, if not in the checkout. */
const INSTALLATION: readonly string[] = ['EPICS_BASE', 'EPICS_HOST_ARCH'];

/** The environment without the EPICS and DM settings of whoever runs the tests. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const isKept = (name: string): boolean => INSTALLATION.includes(name) || !/^(EPICS|PVXS|DM)_/u.test(name);
  return Object.fromEntries(Object.entries(usersEnvironment()).filter(([name]) => isKept(name)));
}

/** For an IOC whose searches, without a port of their own, reach nobody: one on the default ports beside the tests would be found. */
function unseenEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSearching = environment['EPICS_PVA_BROADCAST_PORT'] !== undefined;
  const unseen = isSearching ? {} : { EPICS_PVA_BROADCAST_PORT: '1', EPICS_PVAS_BROADCAST_PORT: '0' };
  return { ...cleanEnvironment(), ...unseen, ...environment };
}

/** An exit code, or the signal that ended the process instead. */
export type IocExit = number | NodeJS.Signals | null;

/** `dm-ioc run` as a child process on free ports of loopback. */
export class IocProcess {
  readonly child: ChildProcess;
  readonly root: string;
  readonly caPort: number;
  readonly pvaPort: number;
  readonly searchPort: number;
  readonly #lines: string[];
  readonly #exit: Promise<IocExit>;

  private constructor(
    child: ChildProcess,
    root: string,
    ready: RegExpExecArray,
    lines: string[],
    exit: Promise<IocExit>,
  ) {
    this.child = child;
    this.root = root;
    this.caPort = Number(ready[1]);
    this.pvaPort = Number(ready[2]);
    this.searchPort = Number(ready[3]);
    this.#lines = lines;
    this.#exit = exit;
  }

  /**
   * @param root directory of storage and autosave; kept, so that another process can go on with it
   * @param program another program of the same form than dm-ioc
   */
  static async start(
    root: string,
    settings: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
    program: readonly string[] = [PROGRAM],
  ): Promise<IocProcess> {
    mkdirSync(root, { recursive: true });
    const all = [
      'ca.port=0',
      'pva.port=0',
      'pva.broadcastPort=0',
      `dm.local.root=${root}`,
      `autosave.directory=${join(root, 'autosave')}`,
      ...settings,
    ];
    const [command = PROGRAM, ...script] = program;
    const args = [...script, 'run', ...all.flatMap((setting) => ['--set', setting])];
    const child = spawn(command, args, {
      env: unseenEnvironment(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    const exit = new Promise<IocExit>((done) => {
      child.once('exit', (code, signal) => {
        done(code ?? signal);
      });
    });
    const ready = await new Promise<RegExpExecArray>((done, fail) => {
      const timer = setTimeout(() => {
        const threads = child.pid === undefined ? '' : describeThreads(child.pid);
        child.kill('SIGKILL');
        fail(new Error(`the IOC is not ready:\n${lines.join('')}\n${threads}`));
      }, START_TIMEOUT_MS);
      const take = (chunk: Buffer): void => {
        lines.push(chunk.toString());
        const found = /CA port (\d+), PVA port (\d+) \(search (\d+)\)/u.exec(lines.join(''));
        if (found === null) return;
        clearTimeout(timer);
        done(found);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      void exit.then((code) => {
        clearTimeout(timer);
        fail(new Error(`the IOC ended with ${String(code)}:\n${lines.join('')}`));
      });
    });
    return new IocProcess(child, root, ready, lines, exit);
  }

  /** Settings by which clients find this IOC and no other. */
  get clientEnvironment(): Record<string, string> {
    return {
      EPICS_CA_ADDR_LIST: '127.0.0.1',
      EPICS_CA_AUTO_ADDR_LIST: 'NO',
      EPICS_CA_SERVER_PORT: String(this.caPort),
      EPICS_PVA_ADDR_LIST: '127.0.0.1',
      EPICS_PVA_AUTO_ADDR_LIST: 'NO',
      EPICS_PVA_SERVER_PORT: String(this.pvaPort),
      EPICS_PVA_BROADCAST_PORT: String(this.searchPort),
    };
  }

  get output(): string {
    return this.#lines.join('');
  }

  /** Ends it; the exit code, or the signal that ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<IocExit> {
    this.child.kill(signal);
    return this.#exit;
  }
}

/** A directory for one test, removed after it. */
export function temporaryDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'dm-ioc-test-'));
  t.teardown(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function runProgram(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Finished> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      env: { ...cleanEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), PROGRAM_TIMEOUT_MS);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('close', (code) => {
      clearTimeout(timer);
      done({ code, stdout, stderr });
    });
  });
}

/** Runs a Python client that prints its checks as JSON lines, and takes each over as an assertion. */
export async function checkByPython(
  t: Test,
  script: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { code, stdout, stderr } = await runProgram(PYTHON, [resolve('test/system', script), ...args], environment);
  for (const line of stdout.split('\n').filter((one) => one.startsWith('{"name"'))) {
    const { name, ok, detail } = JSON.parse(line) as { name: string; ok: boolean; detail: string };
    t.ok(ok, name, ok ? {} : { detail });
  }
  t.equal(code, 0, 'the client ends well', { stderr });
}
