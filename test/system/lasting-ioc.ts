import { join } from 'node:path';
import type { PvaClient } from 'epics-pva-ts';
import type { Test } from 'tap';
import { freePort } from '../loopback-environment.js';
import { IocProcess, temporaryDirectory, type IocExit } from './ioc-process.js';
import { patientClient } from './patient-client.js';
import { ServerProcess } from './server-process.js';
import { writeWorkflows } from './write-workflows.js';

export interface LastingIocOptions {
  /** Of all servers of the test; any free one when left out. */
  readonly searchPort?: number;
  readonly settings?: readonly string[];
  /** Of the IOC, beside what lets it find the servers. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** An IOC that is started again on the same ports and directories, and a client of it. It finds servers of its test by a search port of theirs. */
export class LastingIoc {
  /** Where the files of the test are. */
  readonly directory: string;
  readonly #t: Test;
  readonly #options: Required<LastingIocOptions>;
  /** The last one is that of now; those of before hear at their own time that their IOC has gone. */
  readonly #clients: PvaClient[] = [];
  #process: IocProcess | null = null;

  private constructor(t: Test, options: Required<LastingIocOptions>) {
    this.directory = temporaryDirectory(t);
    this.#t = t;
    this.#options = options;
  }

  /** @param commands of the only stage of each workflow, by its name */
  static async start(
    t: Test,
    commands: (ioc: LastingIoc) => Readonly<Record<string, string>>,
    { searchPort, settings = [], environment = {} }: LastingIocOptions = {},
  ): Promise<LastingIoc> {
    const port = async (): Promise<string> => String(await freePort());
    const one = new LastingIoc(t, {
      searchPort: searchPort ?? (await freePort()),
      settings: [`ca.port=${await port()}`, `pva.port=${await port()}`, ...settings],
      environment: { EPICS_PVAS_BROADCAST_PORT: await port(), ...environment },
    });
    writeWorkflows(one.#workflows, commands(one));
    await one.#run();
    t.teardown(() => one.stop());
    return one;
  }

  get #workflows(): string {
    return join(this.directory, 'workflows');
  }

  get #current(): IocProcess {
    if (this.#process === null) throw new Error('the IOC is not running');
    return this.#process;
  }

  get client(): PvaClient {
    const client = this.#clients.at(-1);
    if (client === undefined) throw new Error('the IOC is not running');
    return client;
  }

  get output(): string {
    return this.#current.output;
  }

  /** Settings by which clients find this IOC and no other. */
  get clientEnvironment(): Record<string, string> {
    return this.#current.clientEnvironment;
  }

  /** Settings by which servers are found by the IOC, and by other clients with these settings. */
  get serverEnvironment(): Record<string, string> {
    return {
      ...this.#searchEnvironment,
      EPICS_PVAS_INTF_ADDR_LIST: '127.0.0.1',
      EPICS_PVAS_SERVER_PORT: '0',
      EPICS_PVAS_BROADCAST_PORT: String(this.#options.searchPort),
    };
  }

  get #searchEnvironment(): Record<string, string> {
    return {
      EPICS_PVA_ADDR_LIST: '127.0.0.1',
      EPICS_PVA_AUTO_ADDR_LIST: 'NO',
      EPICS_PVA_BROADCAST_PORT: String(this.#options.searchPort),
    };
  }

  async #run(): Promise<void> {
    const { settings, environment } = this.#options;
    this.#process = await IocProcess.start(
      join(this.directory, 'dm'),
      [`dm.local.workflows=${this.#workflows}`, ...settings],
      { ...this.#searchEnvironment, ...environment },
    );
    // A server with a shorter time limit than its client ends connections that are only idle.
    const { EPICS_PVA_CONN_TMO: limit = '30' } = environment;
    const environmentOfClient = { ...this.clientEnvironment, EPICS_PVA_CONN_TMO: limit };
    this.#clients.push(patientClient(environmentOfClient));
  }

  /** Ends the IOC, and starts it again with what was saved. @param meanwhile called between */
  async restart(signal: NodeJS.Signals = 'SIGKILL', meanwhile: () => void = () => undefined): Promise<void> {
    await this.#current.stop(signal);
    meanwhile();
    await this.#run();
  }

  /** Ends the IOC with its jobs. */
  async stop(): Promise<IocExit> {
    const exit = await this.#current.stop('SIGUSR2');
    for (const client of this.#clients) client.close();
    return exit;
  }

  /** Runs a program of the Python environment as a server of the test. */
  serve(program: string, ...args: readonly string[]): ServerProcess {
    return new ServerProcess(this.#t, program, args, this.serverEnvironment);
  }
}
