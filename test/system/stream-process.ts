import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Test } from 'tap';
import { PvaClient } from 'epics-pva-ts';
import { freePort } from '../loopback-environment.js';
import { IocProcess, PYTHON, temporaryDirectory } from './ioc-process.js';

/** Command of a stage that runs Python with the module for workflows. */
export const PYTHON_COMMAND = `PYTHONPATH=${resolve('ioc/bluesky')} exec ${PYTHON} -u`;

interface EnumValue {
  readonly index: number;
  readonly choices: readonly string[];
}

function isEnum(value: unknown): value is EnumValue {
  return typeof value === 'object' && value !== null && 'index' in value;
}

function textOf(value: unknown): string {
  return isEnum(value) ? (value.choices[value.index] ?? '') : String(value);
}

/** An IOC with streaming workflows of a test, which can be killed and started again, and a client of it. */
export class StreamIoc {
  readonly #root: string;
  readonly #settings: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  #ioc: IocProcess;
  readonly client: PvaClient;

  private constructor(root: string, settings: readonly string[], environment: NodeJS.ProcessEnv, ioc: IocProcess) {
    this.#root = root;
    this.#settings = settings;
    this.#environment = environment;
    this.#ioc = ioc;
    this.client = new PvaClient({ environment: ioc.clientEnvironment });
  }

  /** @param workflows commands of their only stage, by name */
  static async start(t: Test, workflows: Readonly<Record<string, string>>): Promise<StreamIoc> {
    const directory = temporaryDirectory(t);
    const definitions = join(directory, 'workflows');
    mkdirSync(definitions);
    for (const [name, command] of Object.entries(workflows)) {
      writeFileSync(join(definitions, `${name}.yaml`), JSON.stringify({ stages: { '01-STREAM': { command } } }));
    }
    // Processes of jobs find the next IOC where the one before was.
    const [pva, search] = [await freePort(), await freePort()];
    const settings = [`pva.port=${pva}`, `pva.broadcastPort=${search}`, `dm.local.workflows=${definitions}`];
    const environment = {
      EPICS_PVA_BROADCAST_PORT: String(search),
      EPICS_PVA_ADDR_LIST: '127.0.0.1',
      EPICS_PVA_AUTO_ADDR_LIST: 'NO',
    };
    const root = join(directory, 'dm');
    const streams = new StreamIoc(root, settings, environment, await IocProcess.start(root, settings, environment));
    t.teardown(() => streams.end());
    return streams;
  }

  get clientEnvironment(): Record<string, string> {
    return this.#ioc.clientEnvironment;
  }

  get output(): string {
    return this.#ioc.output;
  }

  /** An end, and another one that goes on. */
  async restart(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    await this.#ioc.stop(signal);
    this.#ioc = await IocProcess.start(this.#root, this.#settings, this.#environment);
  }

  /** Puts with completion. */
  async put(pv: string, value: unknown): Promise<void> {
    await this.client.put(`dm:Stream1:${pv}`, value, { block: true });
  }

  /** Starts a workflow in the first slot and waits until it is ready. */
  async begin(workflow: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.put('Workflow', workflow);
    await this.put('Args', { value: JSON.stringify(args) });
    await this.put('Start', 1);
  }

  async send(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.client.put(
      'dm:Stream1:Command',
      { command, arguments: JSON.stringify(args), timeout: 300 },
      { timeoutMs: 300_000 },
    );
  }

  /** A value, or the label of a state. */
  async text(pv: string): Promise<string> {
    return textOf((await this.client.get(`dm:Stream1:${pv}`)).value);
  }

  /** Waits until a PV of the stream is so. */
  async until(pv: string, isSo: (text: string) => boolean): Promise<void> {
    for await (const { value } of this.client.monitor(`dm:Stream1:${pv}`)) if (isSo(textOf(value))) return;
  }

  /** Ends the IOC with its jobs. */
  async end(): Promise<void> {
    this.client.close();
    await this.#ioc.stop('SIGUSR2');
  }
}
