import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Test } from 'tap';
import { PYTHON } from './ioc-process.js';
import { LastingIoc } from './lasting-ioc.js';
import { StreamSlot } from './stream-slot.js';

/** A slot with the workflow of `obeying_workflow.py`, and what that has written down. */
export class ObeyingStream extends StreamSlot {
  readonly #logName: string;

  private constructor(ioc: LastingIoc, number: number) {
    super(ioc, number);
    this.#logName = `log${number}`;
  }

  /** The first slot of an IOC. */
  static async create(t: Test, settings: readonly string[] = []): Promise<ObeyingStream> {
    const command = `exec ${PYTHON} ${resolve('test/system/obeying_workflow.py')}`;
    return new ObeyingStream(await LastingIoc.start(t, () => ({ obey: command }), { settings }), 1);
  }

  /** Another slot of the same IOC. */
  ofSlot(number: number): ObeyingStream {
    return new ObeyingStream(this.ioc, number);
  }

  /** Puts what Start needs, with arguments of the workflow. */
  prepare(args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    return this.choose('obey', { log: join(this.ioc.directory, this.#logName), ...args });
  }

  /** Starts the workflow; resolves when it is ready. */
  async start(args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.prepare(args);
    await this.put('Start', 1);
  }

  /** What the workflow has written down. */
  get log(): readonly string[] {
    return this.logOf(this.#logName);
  }

  /** The same of another process, which was given this file. */
  logOf(name: string): readonly string[] {
    const file = join(this.ioc.directory, name);
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
    const id = await this.until<string>('StreamId', (now) => now !== '');
    return Number((await this.untilLogged(new RegExp(`^hello ${id} `, 'u'))).split(' ').at(-1));
  }

  /** Names, in order, of the commands that the workflow has got, each with its number. */
  get commands(): readonly string[] {
    return this.log.flatMap((line) => /^command (?<rest>\d+ \w+)/u.exec(line)?.groups?.['rest'] ?? []);
  }

  /** A file that doesn't exist: the workflow waits until it is there. */
  gate(name: string): { readonly path: string; readonly open: () => void } {
    const path = join(this.ioc.directory, name);
    return {
      path,
      open: () => {
        writeFileSync(path, '');
      },
    };
  }
}
