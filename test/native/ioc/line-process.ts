import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { usersEnvironment } from '../../users-environment.js';

type Message = Readonly<Record<string, unknown>>;
interface Waiter {
  matches(event: Message): boolean;
  resolve(event: Message): void;
}

/** A child process that takes commands as lines of JSON and answers with lines of JSON. */
export class LineProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #events: Message[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #exited: Promise<{ code: number | null; signal: string | null }>;
  #lastId = 0;
  stderr = '';

  constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...usersEnvironment(), ...environment },
    });
    this.#child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#child.stdin.on('error', () => undefined);
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#receive(JSON.parse(line) as Message);
    });
    this.#exited = once(this.#child, 'close').then(([code, signal]) => {
      const gone = new Error(`the child ended (${String(code ?? signal)}): ${this.stderr}`);
      for (const { reject } of this.#answers.values()) reject(gone);
      this.#answers.clear();
      return { code: code as number | null, signal: signal as string | null };
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Send a command and wait for its answer. */
  async call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => this.#answers.set(id, { resolve, reject }));
    this.#child.stdin.write(`${JSON.stringify({ id, method, args })}\n`);
    return answer;
  }

  /** The next event, past or to come, with these properties; each event is handed out once. */
  async event(properties: Message): Promise<Message> {
    const matches = (event: Message): boolean =>
      Object.entries(properties).every(([name, value]) => JSON.stringify(event[name]) === JSON.stringify(value));
    const position = this.#events.findIndex(matches);
    const [found] = position < 0 ? [] : this.#events.splice(position, 1);
    if (found !== undefined) return found;
    return Promise.race([
      new Promise<Message>((resolve) => this.#waiters.push({ matches, resolve })),
      this.#exited.then(({ code }) => {
        throw new Error(`the child ended (${String(code)}) before ${JSON.stringify(properties)}: ${this.stderr}`);
      }),
    ]);
  }

  /** Events with these properties that nobody asked for yet. */
  pending(event: string): readonly Message[] {
    return this.#events.filter((message) => message['event'] === event);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Write to its stdin as it is. */
  write(text: string): void {
    this.#child.stdin.write(text);
  }

  async exited(): Promise<{ code: number | null; signal: string | null }> {
    return this.#exited;
  }

  #receive(message: Message): void {
    const id = message['id'];
    if (typeof id !== 'number') {
      const position = this.#waiters.findIndex((waiter) => waiter.matches(message));
      if (position < 0) this.#events.push(message);
      else this.#waiters.splice(position, 1)[0]?.resolve(message);
      return;
    }
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    const error = message['error'] as { message: string; code?: string } | undefined;
    if (error === undefined) answer?.resolve(message['result']);
    else answer?.reject(Object.assign(new Error(error.message), { code: error.code }));
  }
}
