import { PvaClient, type PvaData, type PutSettings } from 'epics-pva-ts';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Test } from 'tap';
import { freePort } from '../loopback-environment.js';
import { IocProcess, PYTHON, temporaryDirectory } from './ioc-process.js';

interface Label {
  readonly index: number;
  readonly choices: readonly string[];
}

/** What an enum PV shows. */
export function labelOf({ value }: PvaData): string {
  const { index, choices } = value as Label;
  return choices[index] ?? '';
}

/** An IOC on ports that it has again after a restart, and a client of it. */
class LastingIoc {
  readonly #root: string;
  readonly #settings: readonly string[];
  /** Those of before hear at their own time that their IOC has gone. */
  readonly #former: PvaClient[] = [];
  ioc: IocProcess;
  client: PvaClient;

  private constructor(root: string, settings: readonly string[], ioc: IocProcess) {
    this.#root = root;
    this.#settings = settings;
    this.ioc = ioc;
    this.client = new PvaClient({ environment: ioc.clientEnvironment });
  }

  static async start(root: string, settings: readonly string[]): Promise<LastingIoc> {
    const all = [...settings];
    for (const port of ['ca.port', 'pva.port', 'pva.broadcastPort']) all.push(`${port}=${await freePort()}`);
    return new LastingIoc(root, all, await LastingIoc.#run(root, all));
  }

  static #run(root: string, settings: readonly string[]): Promise<IocProcess> {
    return IocProcess.start(root, settings, { EPICS_PVA_AUTO_ADDR_LIST: 'NO' });
  }

  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.ioc.stop(signal);
    this.#former.push(this.client);
    this.ioc = await LastingIoc.#run(this.#root, this.#settings);
    this.client = new PvaClient({ environment: this.ioc.clientEnvironment });
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    await this.ioc.stop(signal);
    for (const client of [...this.#former, this.client]) client.close();
  }
}

/** The workflow of `obeying_workflow.py` in one slot, and its clients. */
export class StreamBench {
  /** Where the files of the test are. */
  readonly directory: string;
  /** `dm:Stream1` */
  readonly slot: string;
  readonly #lasting: LastingIoc;
  readonly #logName: string;

  private constructor(directory: string, lasting: LastingIoc, number: number) {
    this.directory = directory;
    this.slot = `dm:Stream${number}`;
    this.#lasting = lasting;
    this.#logName = `log${number}`;
  }

  /** The first slot of an IOC with the workflow `obey`. */
  static async start(t: Test, settings: readonly string[] = []): Promise<StreamBench> {
    const directory = temporaryDirectory(t);
    const workflows = join(directory, 'workflows');
    mkdirSync(workflows);
    const command = `exec ${PYTHON} ${resolve('test/system/obeying_workflow.py')}`;
    writeFileSync(join(workflows, 'obey.json'), JSON.stringify({ stages: { '1': { command } } }));
    const all = [`dm.local.workflows=${workflows}`, ...settings];
    const lasting = await LastingIoc.start(join(directory, 'dm'), all);
    // With its jobs.
    t.teardown(() => lasting.stop('SIGUSR2'));
    return new StreamBench(directory, lasting, 1);
  }

  /** Another slot of the same IOC. */
  ofSlot(number: number): StreamBench {
    return new StreamBench(this.directory, this.#lasting, number);
  }

  get ioc(): IocProcess {
    return this.#lasting.ioc;
  }

  get client(): PvaClient {
    return this.#lasting.client;
  }

  /** Ends the IOC, and starts it again. */
  restart(signal: NodeJS.Signals): Promise<void> {
    return this.#lasting.restart(signal);
  }

  /** Resolves when the record is done with it. */
  put(name: string, value: unknown, settings: PutSettings = {}): Promise<void> {
    return this.client.put(`${this.slot}:${name}`, value, { block: true, ...settings });
  }

  async text(name: string): Promise<string> {
    return String((await this.client.get(`${this.slot}:${name}`)).value);
  }

  async label(name: string): Promise<string> {
    return labelOf(await this.client.get(`${this.slot}:${name}`));
  }

  /** The first update that fits. */
  async until(name: string, fits: (update: PvaData) => boolean): Promise<PvaData> {
    for await (const update of this.client.monitor(`${this.slot}:${name}`)) if (fits(update)) return update;
    throw new Error(`${name} has ended`);
  }

  async untilState(state: string): Promise<void> {
    await this.until('State', (update) => labelOf(update) === state);
  }

  /** Until this many commands wait for the workflow. */
  async untilPending(count: number): Promise<void> {
    await this.until('NPending', ({ value }) => Number(value) === count);
  }

  /** Puts what Start needs, with arguments of the workflow. */
  async prepare(args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.put('Workflow', 'obey');
    // A client that looks for a restarted IOC may take its time.
    await this.put('CommandTimeout', 3600);
    await this.put('Args', JSON.stringify({ log: join(this.directory, this.#logName), ...args }));
  }

  /** Starts the workflow; resolves when it is ready. */
  async start(args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.prepare(args);
    await this.put('Start', 1);
  }

  /** Puts a command as a structure. */
  command(command: string, args: object = {}, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const value = { command, arguments: JSON.stringify(args), ...more };
    return this.client.put(`${this.slot}:Command`, value, { timeoutMs: 600_000 });
  }

  /** What the workflow has written down. */
  get log(): readonly string[] {
    return this.logOf(this.#logName);
  }

  /** The same of another process, which was given this file. */
  logOf(name: string): readonly string[] {
    const file = join(this.directory, name);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  }

  /** The line of the workflow that matches, as soon as it is there. */
  async untilLogged(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.log.findLast((line) => pattern.test(line));
      if (found !== undefined) return found;
      await setTimeout(10);
    }
  }

  /** The process of the slot's workflow, once it runs. */
  async workflowPid(): Promise<number> {
    const { value } = await this.until('StreamId', (update) => update.value !== '');
    return Number((await this.untilLogged(new RegExp(`^hello ${String(value)} `, 'u'))).split(' ').at(-1));
  }

  /** Names, in order, of the commands that the workflow has got, each with its number. */
  get commands(): readonly string[] {
    return this.log.flatMap((line) => /^command (?<rest>\d+ \w+)/u.exec(line)?.groups?.['rest'] ?? []);
  }

  /** A file that doesn't exist: the workflow waits until it is there. */
  gate(name: string): { readonly path: string; readonly open: () => void } {
    const path = join(this.directory, name);
    return {
      path,
      open: () => {
        writeFileSync(path, '');
      },
    };
  }
}
