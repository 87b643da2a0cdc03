import { StartupError } from '../errors.js';
import { caAccess } from './pv-access-ca.js';
import { pvaAccess } from './pv-access-pva.js';
import { putAndRead } from './put-and-read.js';
import type { PvAccess } from './pv-reading.js';
import { formatReading } from './format-reading.js';

export interface AccessOptions {
  readonly ca?: boolean;
  readonly pva?: boolean;
  readonly timeout: string;
  readonly wait?: boolean;
}

function timeoutMsOf({ timeout }: AccessOptions): number {
  const seconds = Number(timeout);
  if (!Number.isFinite(seconds) || seconds <= 0) {
    throw new StartupError('CONFIG_INVALID', `--timeout ${timeout}: must be a number of seconds above 0`);
  }
  return seconds * 1000;
}

async function withAccess(
  options: AccessOptions,
  use: (access: PvAccess, timeoutMs: number) => Promise<void>,
): Promise<void> {
  if (options.ca === true && options.pva === true)
    throw new StartupError('CONFIG_INVALID', 'give --ca or --pva, not both');
  const timeoutMs = timeoutMsOf(options);
  const access = options.ca === true ? caAccess() : pvaAccess();
  const keepAlive = setInterval(() => undefined, 60_000);
  try {
    await use(access, timeoutMs);
  } finally {
    await access.close();
    clearInterval(keepAlive);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** `dm-ioc get PV...` */
export function getPvs(pvs: readonly string[], options: AccessOptions): Promise<void> {
  return withAccess(options, async (access, timeoutMs) => {
    const readings = await Promise.all(pvs.map((pv) => access.get(pv, timeoutMs)));
    readings.forEach((reading, index) => {
      print(formatReading(pvs[index] ?? '', reading, pvs.length > 1));
    });
  });
}

/** `dm-ioc put PV VALUE [--wait]` */
export function putPv(pv: string, value: string, options: AccessOptions): Promise<void> {
  return withAccess(options, async (access, timeoutMs) => {
    print(formatReading(pv, await putAndRead(access, pv, value, options.wait === true, timeoutMs), true));
  });
}

/** `dm-ioc monitor PV...`, until interrupted. */
export function monitorPvs(pvs: readonly string[], options: AccessOptions): Promise<void> {
  return withAccess(options, async (access) => {
    const stopped = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        stopped.abort();
      });
    }
    const follow = async (pv: string): Promise<void> => {
      for await (const reading of access.monitor(pv, stopped.signal)) {
        print(reading === null ? `${pv} *** disconnected` : formatReading(pv, reading, true));
      }
    };
    await Promise.all(pvs.map(follow)).catch((error: unknown) => {
      if (!stopped.signal.aborted) throw error;
    });
  });
}
