import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export type Line = Readonly<Record<string, unknown>>;

/** Drives dm-engine-process. */
export class EngineChild {
  readonly lines: Line[] = [];
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiters = new Set<() => void>();

  constructor(args: readonly string[], identity: { uid?: number; gid?: number } = {}) {
    // Without NODE_OPTIONS, by which tap has every process write notes where another user can't write.
    const command = ['-u', 'NODE_OPTIONS', process.execPath, join(import.meta.dirname, 'dm-engine-process.js')];
    this.#process = spawn('env', [...command, ...args], { stdio: ['pipe', 'pipe', 'inherit'], ...identity });
    const reader = createInterface(this.#process.stdout);
    reader.on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      for (const look of this.#waiters) look();
    });
    reader.on('close', () => {
      for (const look of this.#waiters) look();
    });
  }

  /** The first line, said already or to come, that fulfils the condition. */
  async line(condition: (line: Line) => boolean): Promise<Line> {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const line = this.lines.find(condition);
        if (line === undefined && this.#process.exitCode === null) return;
        this.#waiters.delete(look);
        if (line === undefined) reject(new Error(`the engine ended (${String(this.#process.exitCode)})`));
        else resolve(line);
      };
      this.#waiters.add(look);
      look();
    });
  }

  /** Resolves once so many lines fulfil the condition. */
  async count(number: number, condition: (line: Line) => boolean): Promise<void> {
    await this.line(() => this.lines.filter(condition).length >= number);
  }

  async kill(): Promise<void> {
    await this.#signal('SIGKILL');
  }

  /** It closes the engine in order, as far as it has started. */
  async terminate(): Promise<void> {
    await this.#signal('SIGTERM');
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.kill(signal);
    await closed;
  }

  /** Close the engine in order. @returns the exit code */
  async end(): Promise<number | null> {
    if (this.#process.exitCode !== null) return this.#process.exitCode;
    const closed = once(this.#process, 'close');
    this.#process.stdin.end();
    await closed;
    return this.#process.exitCode;
  }
}
