import { resolve } from 'node:path';
import type { PutSettings } from 'epics-pva-ts';
import { LastingIoc } from './lasting-ioc.js';

/** Of a structure. */
export type Fields = Readonly<Record<string, unknown>>;

/** Label of an enum, a 64-bit integer as a number, anything else as it is. */
function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || !('index' in value && 'choices' in value)) return value;
  return (value.choices as readonly string[])[Number(value.index)];
}

/** The PVs of one stream slot of an IOC. */
export class StreamSlot {
  readonly ioc: LastingIoc;
  /** `dm:Stream1` */
  readonly name: string;

  constructor(ioc: LastingIoc, number = 1) {
    this.ioc = ioc;
    this.name = `dm:Stream${number}`;
  }

  /** The first slot of an IOC of its own, with the parameters of `LastingIoc.start`. */
  static async inNewIoc(...given: Parameters<typeof LastingIoc.start>): Promise<StreamSlot> {
    return new StreamSlot(await LastingIoc.start(...given));
  }

  get client(): LastingIoc['client'] {
    return this.ioc.client;
  }

  /** Resolves when the record is done with it. */
  put(name: string, value: unknown, settings: PutSettings = {}): Promise<void> {
    return this.client.put(`${this.name}:${name}`, value, { block: true, ...settings });
  }

  async value(name: string): Promise<unknown> {
    return shown((await this.client.get(`${this.name}:${name}`)).value);
  }

  async text(name: string): Promise<string> {
    return String(await this.value(name));
  }

  /** Follows a PV of the slot, or `dm:…`, until it is as wanted, and says how it is then; of a structure, its fields. */
  async until<Value = unknown>(
    name: string,
    isWanted: (value: Value, severity: string, message: string) => boolean,
  ): Promise<Value> {
    for await (const update of this.client.monitor(name.startsWith('dm:') ? name : `${this.name}:${name}`)) {
      const value = shown('value' in update.fields ? update.value : update.fields) as Value;
      if (isWanted(value, update.alarm?.severity ?? '', update.alarm?.message ?? '')) return value;
    }
    throw new Error(`${name} has ended`);
  }

  async untilState(state: string): Promise<void> {
    await this.until('State', (now) => now === state);
  }

  /** Until this many commands wait for the workflow. */
  async untilPending(count: number): Promise<void> {
    await this.until('NPending', (now) => now === count);
  }

  /** Puts what Start needs, with arguments of the workflow. */
  async choose(workflow: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.put('Workflow', workflow);
    // A client that looks for a restarted IOC may take its time.
    await this.put('CommandTimeout', 3600);
    await this.put('Args', JSON.stringify(args));
  }

  /** Starts a workflow; resolves when it is ready. */
  async begin(workflow: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.choose(workflow, args);
    await this.put('Start', 1);
  }

  /** What the processes of the run that is now have in their environment, and where Python finds the module. */
  async environmentOfRun(): Promise<Record<string, string>> {
    const { name } = this;
    const names = { reportPv: `${name}:Report`, commandPv: `${name}:Command`, ackPv: `${name}:Ack` };
    const PYTHONPATH = resolve('ioc/bluesky');
    return { ...this.ioc.clientEnvironment, ...names, PYTHONPATH, streamId: await this.text('StreamId') };
  }

  /** Puts a command as a structure; resolves when it is acknowledged. */
  command(command: string, args: object = {}, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const value = { command, arguments: JSON.stringify(args), ...more };
    return this.client.put(`${this.name}:Command`, value, { timeoutMs: 600_000 });
  }
}
