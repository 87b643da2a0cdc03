import { isCoded } from '../coded-error.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import { StartupError } from '../errors.js';
import { clientEnvironment } from './client-environment.js';
import { caAccess } from './pv-access-ca.js';
import { pvaAccess } from './pv-access-pva.js';
import { putAndRead } from './put-and-read.js';
import type { PvAccess, PvReading } from './pv-reading.js';
import { formatReading } from './format-reading.js';
import { reportFailure } from './report-failure.js';

export interface AccessOptions {
  readonly config?: string;
  readonly set: readonly string[];
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
  use: (access: PvAccess, timeoutMs: number, place: string, config: Config) => Promise<void>,
): Promise<void> {
  if (options.ca === true && options.pva === true)
    throw new StartupError('CONFIG_INVALID', 'give --ca or --pva, not both');
  const timeoutMs = timeoutMsOf(options);
  const config = loadConfig(options.config, options.set);
  const { settings, place } = clientEnvironment(options.ca === true ? 'CA' : 'PVA', config);
  const access = options.ca === true ? caAccess(settings) : pvaAccess(settings);
  const keepAlive = setInterval(() => undefined, 60_000);
  try {
    await use(access, timeoutMs, place, config);
  } catch (error) {
    throw placed(error, place);
  } finally {
    await access.close();
    clearInterval(keepAlive);
  }
}

/** Nobody answers: where was the PV looked for? */
function placed(error: unknown, place: string): unknown {
  if (!isCoded(error) || !/^(?:CA|PVA)_TIMEOUT$/u.test(error.code)) return error;
  return new StartupError('NO_ANSWER', `${error.message} (${place})`, { cause: error });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** `dm-ioc get PV...`: those that can be read; exit code 1 when one can't. */
export function getPvs(pvs: readonly string[], options: AccessOptions): Promise<void> {
  return withAccess(options, async (access, timeoutMs, place) => {
    const readings = await Promise.allSettled(pvs.map((pv) => access.get(pv, timeoutMs)));
    readings.forEach((reading, index) => {
      if (reading.status === 'fulfilled') print(formatReading(pvs[index] ?? '', reading.value, pvs.length > 1));
      else process.exitCode = reportFailure(placed(reading.reason, place));
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
  return followPvs(
    options,
    () => pvs,
    (pv, reading) => {
      print(reading === null ? `${pv} *** disconnected` : formatReading(pv, reading, true));
    },
  );
}

/**
 * Follows PVs until interrupted, or until `take` stops it.
 * @param take gets each reading, null when the connection is lost
 * @param remedyOf what else to say when nobody answers; empty: nothing
 */
export function followPvs(
  options: AccessOptions,
  pvsOf: (config: Config) => readonly string[],
  take: (pv: string, reading: PvReading | null, stop: () => void) => void,
  remedyOf: (config: Config) => string = () => '',
): Promise<void> {
  return withAccess(options, async (access, timeoutMs, place, config) => {
    const stopped = new AbortController();
    const stop = (): void => {
      stopped.abort();
    };
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
    const silent = new Set(pvsOf(config));
    const silence = setTimeout(() => {
      if (silent.size === 0) return;
      const text = `${[...silent].join(', ')}: nobody has answered for ${options.timeout} s, waiting on (${place})`;
      process.stderr.write(`${text}${remedyOf(config)}\n`);
    }, timeoutMs);
    const follow = async (pv: string): Promise<void> => {
      const onLost = (): void => {
        if (!stopped.signal.aborted && !silent.has(pv)) take(pv, null, stop);
      };
      for await (const reading of access.monitor(pv, stopped.signal, onLost)) {
        silent.delete(pv);
        if (!stopped.signal.aborted) take(pv, reading, stop);
      }
    };
    try {
      await Promise.all([...silent].map(follow));
    } catch (error) {
      if (!stopped.signal.aborted) throw error;
    } finally {
      clearTimeout(silence);
    }
  });
}
