import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CaClient } from 'node-epics-ca';

/** Times of puts with completion, in milliseconds. */
export interface PutTimes {
  readonly count: number;
  readonly medianMs: number;
  readonly p999Ms: number;
  readonly longestMs: number;
}

const PERIOD_MS = 2;

function timesOf(putMs: number[]): PutTimes {
  const sorted = Float64Array.from(putMs).sort();
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return { count: sorted.length, medianMs: at(0.5), p999Ms: at(0.999), longestMs: at(1) };
}

/** Puts 1 to a command with completion over Channel Access, one after the other, from a process of its own, and tells how long they took. */
export class PutPinger {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(pv: string, environment: Record<string, string>): Promise<PutPinger> {
    const child = fork(new URL(import.meta.url), [pv], { env: { ...process.env, ...environment } });
    await once(child, 'message');
    return new PutPinger(child);
  }

  async stop(): Promise<PutTimes> {
    this.#child.send('stop');
    const [times] = (await once(this.#child, 'message')) as [PutTimes];
    return times;
  }
}

async function ping(pv: string): Promise<void> {
  const client = new CaClient();
  await client.put(pv, 1, { complete: true });
  const stopped = new AbortController();
  process.once('message', () => {
    stopped.abort();
  });
  process.send?.('ready');
  const putMs: number[] = [];
  while (!stopped.signal.aborted) {
    const beganMs = performance.now();
    await client.put(pv, 1, { complete: true, timeoutMs: 600_000 });
    putMs.push(performance.now() - beganMs);
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
  process.send?.(timesOf(putMs));
  await client.close();
  process.disconnect();
}

const [, , pv] = process.argv;
if (process.send !== undefined && pv !== undefined) await ping(pv);
