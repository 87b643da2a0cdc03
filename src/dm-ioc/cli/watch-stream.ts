import { printableText } from '../printable-text.js';
import { timeText } from '../time-text.js';
import { StartupError } from '../errors.js';
import { followPvs, type AccessOptions } from './pv-access.js';
import type { PvReading } from './pv-reading.js';
import { StreamNews } from './stream-news.js';
import { EndedBefore } from './ended-before.js';
import { StreamEnd } from './stream-end.js';

export interface WatchStreamOptions extends AccessOptions {
  readonly follow?: boolean;
}

/** PVs of a slot by which it is watched. */
const PVS = ['State', 'Report', 'Command', 'ErrorMessage'] as const;

function fieldsOf({ value }: PvReading): Readonly<Record<string, unknown>> {
  return value as Readonly<Record<string, unknown>>;
}

function print(timeMs: number | null, line: string): void {
  process.stdout.write(`${timeText(timeMs ?? Date.now())} ${printableText(line)}\n`);
}

/** Says once that the IOC has gone, and once that it is back. */
class Absence {
  readonly #away = new Set<string>();

  see(pv: string, isAway: boolean): void {
    const before = this.#away.size;
    if (isAway) this.#away.add(pv);
    else this.#away.delete(pv);
    const { size } = this.#away;
    if (before === 0 && size > 0) print(null, '*** the IOC is not connected');
    if (before > 0 && size === 0) print(null, '*** the IOC is back');
  }
}

/**
 * `dm-ioc stream watch N`: what happens in a stream, one line each, until it has ended (exit code 0: Done; 1: Failed or Aborted), or
 * with `--follow` until interrupted. When the last one has ended already, the next one is waited for.
 */
export async function watchStream(slot: string, options: WatchStreamOptions): Promise<void> {
  if (!/^[1-9]\d*$/u.test(slot)) {
    throw new StartupError('CONFIG_INVALID', `stream watch ${slot}: give a slot's number, such as 1`);
  }
  const news = new StreamNews();
  const absence = new Absence();
  const ended = new StreamEnd();
  const before = new EndedBefore((streamId, { value, timeMs }) => {
    print(timeMs, `stream ${streamId} has ended, ${String(value)}; waits for the next`);
  });
  const tell: Readonly<Record<string, (reading: PvReading) => string[]>> = {
    State: (reading) => news.ofState(reading),
    Report: (reading) => news.ofReport(fieldsOf(reading)),
    Command: (reading) => news.ofCommand(fieldsOf(reading)),
    ErrorMessage: ({ value }) => (value === '' ? [] : [`error: ${String(value)}`]),
  };
  await followPvs(
    options,
    ({ prefix }) => PVS.map((name) => `${prefix}Stream${slot}:${name}`),
    (pv, current, stop) => {
      absence.see(pv, current === null);
      if (current === null) return;
      for (const { name, reading } of before.newsOf({ name: pv.slice(pv.lastIndexOf(':') + 1), reading: current })) {
        for (const line of tell[name]?.(reading) ?? []) print(reading.timeMs, line);
        ended.see(name, name === 'Report' ? fieldsOf(reading)['state'] : reading.value);
      }
      if (options.follow !== true && ended.exitCode !== undefined) stop();
    },
    ({ slots: { stream = 0 } }) =>
      Number(slot) <= stream ? '' : `; the configuration has streams 1 to ${stream} (slots.stream)`,
  );
  if (ended.exitCode !== undefined) process.exitCode = ended.exitCode;
}
