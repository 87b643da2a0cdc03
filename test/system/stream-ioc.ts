import { PvaClient } from 'epics-pva-ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Test } from 'tap';
import { freePort } from '../loopback-environment.js';
import { cleanEnvironment, IocProcess, PYTHON, temporaryDirectory } from './ioc-process.js';

const WAIT_MS = 300_000;

type Wanted = (value: unknown, severity: string, message: string) => boolean;

export interface StreamIocOptions {
  /** Of all servers of the test; any free when left out. */
  readonly searchPort?: number;
  readonly settings?: readonly string[];
  /** Of the IOC, beside what lets it find the servers. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** An IOC whose streams have something elsewhere: all servers of the test are found by one search port of their own on loopback. */
export class StreamIoc {
  readonly directory: string;
  readonly searchPort: number;
  readonly #t: Test;
  readonly #settings: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  #ioc: IocProcess | null = null;
  #client: PvaClient | null = null;

  private constructor(t: Test, searchPort: number, settings: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#t = t;
    this.searchPort = searchPort;
    this.directory = temporaryDirectory(t);
    this.#settings = settings;
    this.#environment = environment;
  }

  /** @param workflows text of YAML by name */
  static async start(
    t: Test,
    workflows: (stream: StreamIoc) => Readonly<Record<string, string>>,
    { searchPort, settings = [], environment = {} }: StreamIocOptions = {},
  ): Promise<StreamIoc> {
    const one = new StreamIoc(t, searchPort ?? (await freePort()), settings, environment);
    mkdirSync(join(one.directory, 'workflows'));
    for (const [name, text] of Object.entries(workflows(one))) {
      writeFileSync(join(one.directory, 'workflows', `${name}.yaml`), text);
    }
    await one.restart();
    t.teardown(() => one.end());
    return one;
  }

  get ioc(): IocProcess {
    if (this.#ioc === null) throw new Error('the IOC is not running');
    return this.#ioc;
  }

  get client(): PvaClient {
    if (this.#client === null) throw new Error('the IOC is not running');
    return this.#client;
  }

  /** Settings by which clients find the servers of the test. */
  get clientEnvironment(): Record<string, string> {
    return {
      EPICS_PVA_ADDR_LIST: '127.0.0.1',
      EPICS_PVA_AUTO_ADDR_LIST: 'NO',
      EPICS_PVA_BROADCAST_PORT: String(this.searchPort),
    };
  }

  /** Settings by which servers are found by the IOC. */
  get serverEnvironment(): Record<string, string> {
    return {
      ...this.clientEnvironment,
      EPICS_PVAS_INTF_ADDR_LIST: '127.0.0.1',
      EPICS_PVAS_SERVER_PORT: '0',
      EPICS_PVAS_BROADCAST_PORT: String(this.searchPort),
    };
  }

  /** The IOC again, with what was saved. */
  async restart(): Promise<void> {
    const settings = [`dm.local.workflows=${join(this.directory, 'workflows')}`, ...this.#settings];
    this.#ioc = await IocProcess.start(join(this.directory, 'dm'), settings, {
      ...this.clientEnvironment,
      EPICS_PVAS_BROADCAST_PORT: '0',
      ...this.#environment,
    });
    // A server with a shorter time limit than its client ends connections that are only idle.
    const { EPICS_PVA_CONN_TMO: limit = '30' } = this.#environment;
    this.#client = new PvaClient({ environment: { ...this.#ioc.clientEnvironment, EPICS_PVA_CONN_TMO: limit } });
  }

  async kill(): Promise<void> {
    this.client.close();
    await this.ioc.stop('SIGKILL');
  }

  async end(): Promise<void> {
    this.client.close();
    await this.ioc.stop('SIGUSR2');
  }

  /** Puts to the slot, with completion. */
  put(name: string, value: unknown): Promise<void> {
    return this.client.put(`dm:Stream1:${name}`, value, { block: true });
  }

  async value(name: string): Promise<unknown> {
    return shown((await this.client.get(`dm:Stream1:${name}`)).value);
  }

  /** Sends a command; done when it is acknowledged. */
  command(command: string, args: object = {}): Promise<void> {
    const content = { command, arguments: JSON.stringify(args) };
    return this.client.put('dm:Stream1:Command', content, { timeoutMs: WAIT_MS });
  }

  /** Follows a PV of the slot, or `dm:…`, until it is as wanted, and says how it is then. */
  async until(name: string, isWanted: Wanted): Promise<unknown> {
    const pv = name.startsWith('dm:') ? name : `dm:Stream1:${name}`;
    let last = '';
    try {
      for await (const update of this.client.monitor(pv, { signal: AbortSignal.timeout(WAIT_MS) })) {
        last = String(update);
        const value = shown(update.value);
        if (isWanted(value, update.alarm?.severity ?? '', update.alarm?.message ?? '')) return value;
      }
    } catch (error) {
      this.#t.comment(`${pv} is ${last}`);
      this.#t.comment(this.ioc.output.slice(-3000));
      throw error;
    }
    return undefined;
  }

  /** Runs a program of the Python environment as a server of the test; ended with the test. */
  run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(resolve(PYTHON, '..', program), args, {
      env: { ...cleanEnvironment(), ...this.serverEnvironment, ...environment },
      stdio: 'ignore',
    });
    this.#t.teardown(() => end(child));
    return child;
  }
}

/** Ends a child process, and waits for that. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Label of an enum, a 64-bit integer as a number, anything else as it is. */
function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || !('index' in value && 'choices' in value)) return value;
  return (value.choices as readonly string[])[Number(value.index)];
}
