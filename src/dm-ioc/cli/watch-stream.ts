import { timeText } from '../time-text.js';
import type { Config } from '../config/config.js';
import { StartupError } from '../errors.js';
import { followPvs, type AccessOptions } from './pv-access.js';
import type { PvReading } from './pv-reading.js';
import { StreamNews } from './stream-news.js';

export interface WatchStreamOptions extends AccessOptions {
  readonly follow?: boolean;
}

/** By the state that ends a stream. */
const EXIT_CODES: Readonly<Record<string, number>> = { Done: 0, Failed: 1, Aborted: 1 };

/**
 * `dm-ioc stream watch N`: what happens in a stream, one line each, until it has ended (exit code 0: Done; 1: Failed or Aborted), or
 * with `--follow` until interrupted. What has ended already is told, and ends it, too.
 */
export async function watchStream(slot: string, options: WatchStreamOptions): Promise<void> {
  if (!/^[1-9]\d*$/u.test(slot)) throw new StartupError('CONFIG_INVALID', `stream watch ${slot}: give a slot's number`);
  const news = new StreamNews();
  const fieldsOf = ({ value }: PvReading): Readonly<Record<string, unknown>> =>
    value as Readonly<Record<string, unknown>>;
  const tell: Readonly<Record<string, (reading: PvReading) => string[]>> = {
    State: (reading) => news.ofState(reading),
    Report: (reading) => news.ofReport(fieldsOf(reading)),
    Command: (reading) => news.ofCommand(fieldsOf(reading)),
    ErrorMessage: ({ value }) => (value === '' ? [] : [`error: ${String(value)}`]),
    Ack: (reading) => news.ofAck(fieldsOf(reading)),
  };
  const ended = new StreamEnd();
  const pvsOf = ({ prefix }: Config): string[] => Object.keys(tell).map((name) => `${prefix}Stream${slot}:${name}`);
  await followPvs(options, pvsOf, (pv, reading, stop) => {
    if (reading === null) return;
    const name = pv.slice(pv.lastIndexOf(':') + 1);
    for (const line of tell[name]?.(reading) ?? []) {
      process.stdout.write(`${timeText(reading.timeMs ?? Date.now())} ${line}\n`);
    }
    ended.see(name, name === 'Report' ? fieldsOf(reading)['state'] : reading.value);
    if (options.follow !== true && ended.exitCode !== undefined) stop();
  });
  if (ended.exitCode !== undefined) process.exitCode = ended.exitCode;
}

/** Each PV arrives by itself: a stream has ended when the last word of each is there. */
class StreamEnd {
  readonly #last = new Map<string, unknown>();

  see(name: string, value: unknown): void {
    this.#last.set(name, value);
  }

  /** Undefined: it goes on. */
  get exitCode(): number | undefined {
    const code = EXIT_CODES[String(this.#last.get('State'))];
    if (code === undefined || this.#last.get('Report') !== this.#last.get('State')) return undefined;
    return code === 0 || (this.#last.get('ErrorMessage') ?? '') !== '' ? code : undefined;
  }
}
