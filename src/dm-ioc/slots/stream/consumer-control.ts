import { PvaError, type PvaClient, type PvaData } from 'epics-pva-ts';
import { CONSUMER_COMMANDS } from './consumer-commands.js';
import { followPv } from './follow-pv.js';

/** A command as pvaPy's consumers take it. */
export interface ConsumerCommand {
  readonly command: string;
  /** JSON. Spaces at its end tell it from the command before. */
  readonly args: string;
  /** It may have been put before, by an IOC that has ended since. */
  readonly mayBePut: boolean;
}

/** What pvaPy's control object says at once, before the outcome of a command. */
const TAKEN = 'Command successful';
/** How it begins to say that a command failed. */
const FAILURE = /^\w+ failed|^Ignoring invalid request/iu;
/** A control object as it was seen last. */
interface Seen {
  readonly command: unknown;
  readonly args: unknown;
  /** When it was commanded last. */
  readonly time: unknown;
  readonly message: string;
}

/** False for what an earlier command may say late. */
function mayAnswer(command: string, message: string): boolean {
  return [...CONSUMER_COMMANDS].every(([other, outcome]) => other === command || !outcome.test(message));
}

/** The control object of a consumer. It has no numbers: which words are the answer to which command is found out here. */
export class ConsumerControl {
  readonly #client: PvaClient;
  readonly #pv: string;
  readonly #listeners = new Set<(message: string | null) => void>();
  /** Commands that were put and whose outcomes are not known. */
  readonly #owed = new Set<string>();
  /** Null: not connected. */
  #seen: Seen | null = null;
  #problem = '';

  constructor(client: PvaClient, pv: string, signal: AbortSignal, onConnection: (isConnected: boolean) => void) {
    this.#client = client;
    this.#pv = pv;
    void followPv(client, pv, {
      signal,
      onConnection: (problem) => {
        this.#problem = problem;
        if (problem !== '') this.#hear(null);
        onConnection(problem === '');
      },
      onUpdate: (update, isFirst) => {
        this.#take(update, isFirst);
      },
    });
  }

  /**
   * Puts a command once, however often the connection is lost, and resolves with its outcome. A consumer that goes away at `stop` has stopped.
   * @throws Error with the consumer's reason, or what it waited for when the signal aborts
   */
  async send({ command, args, mayBePut }: ConsumerCommand, signal: AbortSignal): Promise<string> {
    const unanswered = `has not answered ${command}`;
    for (let isAgain = mayBePut; ; isAgain = true) {
      const before = await this.#idle(command, signal);
      const isPut = isAgain && before.command === command && before.args === args;
      if (isPut && CONSUMER_COMMANDS.get(command)?.test(before.message) === true) return outcomeOf(before.message);
      const outcome = this.#next(signal, unanswered, (message) => {
        if (message === null) return null;
        const isNew = isPut || this.#seen?.time !== before.time;
        return isNew && message !== '' && message !== TAKEN && mayAnswer(command, message) ? message : undefined;
      });
      outcome.catch(() => undefined);
      if (!isPut && !(await this.#put(command, args, signal))) continue;
      const message = await outcome;
      if (message !== null) {
        this.#owed.delete(command);
        return outcomeOf(message);
      }
      if (command === 'stop') return 'gone';
    }
  }

  /** @returns false when the connection was lost before the answer */
  async #put(command: string, args: string, signal: AbortSignal): Promise<boolean> {
    // One that was given up before is never answered.
    const onSend = (): void => {
      this.#owed.add(command);
    };
    try {
      await this.#client.put(this.#pv, { command, args }, { signal, timeoutMs: Infinity, onSend });
      return true;
    } catch (error) {
      if (error instanceof PvaError && error.code === 'PVA_DISCONNECTED') return false;
      if (signal.aborted) throw this.#unanswered(`has not answered ${command}`);
      this.#owed.delete(command);
      throw error;
    }
  }

  /** The object, as soon as it is there and has answered the command of that name before: two answers could not be told apart. */
  #idle(command: string, signal: AbortSignal): Promise<Seen> {
    const idle = (): Seen | undefined => (this.#owed.has(command) ? undefined : (this.#seen ?? undefined));
    const now = idle();
    return now === undefined
      ? this.#next(signal, `has not answered the ${command} before`, idle)
      : Promise.resolve(now);
  }

  #take({ fields, changed }: PvaData, isFirst: boolean): void {
    const { command, args, objectTime: time, statusMessage } = fields;
    const message = typeof statusMessage === 'string' ? statusMessage : '';
    this.#seen = { command, args, time, message };
    if (isFirst && message !== TAKEN) this.#owed.clear();
    // A put of the command alone still shows what was said before.
    if (!isFirst && !changed.includes('statusMessage')) return;
    for (const [owed, outcome] of CONSUMER_COMMANDS) if (outcome.test(message)) this.#owed.delete(owed);
    this.#hear(isFirst ? '' : message);
  }

  /** @param message null: the connection is lost */
  #hear(message: string | null): void {
    if (message === null) this.#seen = null;
    for (const tell of [...this.#listeners]) tell(message);
  }

  /** What `find` finds in what is said from now on. @param unanswered why there is nothing, should the signal abort */
  #next<T>(signal: AbortSignal, unanswered: string, find: (message: string | null) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#listeners.delete(tell);
        signal.removeEventListener('abort', abort);
      };
      const tell = (message: string | null): void => {
        const found = find(message);
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const abort = (): void => {
        end();
        reject(this.#unanswered(unanswered));
      };
      this.#listeners.add(tell);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
    });
  }

  #unanswered(what: string): Error {
    return new Error(this.#seen === null ? this.#problem || `${this.#pv} is not connected` : what);
  }
}

/** @throws Error when it says that the command failed */
function outcomeOf(message: string): string {
  if (FAILURE.test(message)) throw new Error(message);
  return message;
}
