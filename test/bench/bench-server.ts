import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { loopbackEnvironment } from '../loopback-environment.js';
import { benchDatabase } from './servers/bench-database.js';

/** What a server can do in the benchmark, and how it is started. */
export interface BenchServerKind {
  readonly name: string;
  readonly protocols: readonly ('CA' | 'PVA')[];
  /** Whether a program of its own posts values; C iocCore alone has none. */
  readonly hasApplication: boolean;
  readonly command: (prefix: string, count: number, database: string) => readonly string[];
}

const PYTHON = '.venv/bin/python';
const SERVERS = 'test/bench/servers';

export const DM_IOC = 'dm-ioc';
export const SERVER_KINDS: readonly BenchServerKind[] = [
  {
    name: DM_IOC,
    protocols: ['CA', 'PVA'],
    hasApplication: true,
    command: (prefix, count, database) => [
      process.execPath,
      'build/test/bench/servers/node-ioc.js',
      prefix,
      String(count),
      database,
    ],
  },
  {
    name: 'C iocCore',
    protocols: ['CA', 'PVA'],
    hasApplication: false,
    command: (_prefix, _count, database) => [PYTHON, '-m', 'pvxslibs.ioc', '-d', database],
  },
  {
    name: 'pythonSoftIOC',
    protocols: ['CA', 'PVA'],
    hasApplication: true,
    command: (prefix, count) => [PYTHON, `${SERVERS}/python_soft_ioc.py`, prefix, String(count)],
  },
  {
    name: 'p4p',
    protocols: ['PVA'],
    hasApplication: true,
    command: (prefix, count) => [PYTHON, `${SERVERS}/p4p_server.py`, prefix, String(count)],
  },
  {
    name: 'caproto',
    protocols: ['CA'],
    hasApplication: true,
    command: (prefix, count) => [PYTHON, `${SERVERS}/caproto_server.py`, prefix, String(count)],
  },
];

/** A server of the benchmark that runs, on free ports of loopback. */
export class BenchServer {
  readonly kind: BenchServerKind;
  /** What a client needs to find this server and no other. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #input: Interface;

  private constructor(kind: BenchServerKind, environment: NodeJS.ProcessEnv, process: ChildProcessWithoutNullStreams) {
    this.kind = kind;
    this.environment = environment;
    this.#process = process;
    this.#input = createInterface(process.stdout);
    this.#lines = this.#input[Symbol.asyncIterator]();
  }

  static async start(kind: BenchServerKind, prefix: string, count: number): Promise<BenchServer> {
    const environment = { ...process.env, ...(await loopbackEnvironment()) };
    const database = join(await mkdtemp(join(tmpdir(), 'bench-')), 'bench.db');
    await writeFile(database, benchDatabase(prefix, count, kind.hasApplication));
    const [command = '', ...args] = kind.command(prefix, count, database);
    const child = spawn(command, args, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stderr.resume();
    const server = new BenchServer(kind, environment, child);
    if (kind.hasApplication) await server.#answer();
    return server;
  }

  /** Send a command of commands.py, and wait for its answer. */
  async ask(command: string): Promise<Readonly<Record<string, unknown>>> {
    this.#process.stdin.write(`${command}\n`);
    return this.#answer();
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#input.close();
    this.#process.kill('SIGKILL');
    await exited;
  }

  async #answer(): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const line = await this.#lines.next();
      if (line.done === true) throw new Error(`${this.kind.name} ended`);
      if (line.value.startsWith('{')) return JSON.parse(line.value) as Record<string, unknown>;
    }
  }
}
