import type { CallOptions, DaqStopOptions, Daqs } from '../data-management.js';
import { DmError, DmInvalidObjectStateError, DmObjectNotFoundError } from '../errors.js';
import { isTerminalStatus } from '../schemas/status.js';
import type { DaqInfo, DaqOptions } from '../schemas/transfer.js';
import { isSameDirectory, overlap } from '../directories.js';
import { watchedForAnother } from '../watched-for-another.js';
import { pause } from './pause.js';
import type { RestContext } from './rest-context.js';
import { type DaqService, RestTransfers } from './rest-transfers.js';

/** A DAQ that has seen no file at all is more likely late than idle: `sync` waits so many times longer. */
const NOTHING_SEEN_FACTOR = 3;

export class RestDaqs extends RestTransfers<DaqInfo> implements Daqs {
  readonly #context: RestContext;
  readonly #starting = new Map<string, Promise<DaqInfo>>();

  constructor(services: readonly [DaqService, ...DaqService[]], context: RestContext) {
    super(services, { list: 'listDaqs', get: 'getDaqInfo', clear: 'clearDaq', event: 'daq' }, context);
    this.#context = context;
  }

  /** DM would start a second DAQ of the same directory, also for another experiment, so the active ones are looked at first, one start of a directory at a time. */
  async start(
    experimentName: string,
    dataDirectory: string,
    daqOptions: DaqOptions = {},
    options?: CallOptions,
  ): Promise<DaqInfo> {
    const client = this.clientFor(dataDirectory);
    const before = this.#starting.get(dataDirectory);
    const started = (async () => {
      await before?.catch(() => undefined);
      const taking = (await this.activeOf(client, options)).filter(isTaking);
      const active = taking.find((daq) => isOf(daq, experimentName, dataDirectory));
      if (active !== undefined) return this.observe(client, active);
      const other = taking.find(
        (daq) => daq.experimentName !== experimentName && overlap(daq.dataDirectory, dataDirectory),
      );
      if (other !== undefined) throw watchedForAnother(other.experimentName, other.dataDirectory);
      const parameters = { experimentName, dataDirectory, taskInfo: daqOptions };
      return this.observe(client, await client.call('startDaq', parameters, options));
    })();
    this.#starting.set(dataDirectory, started);
    try {
      return await started;
    } finally {
      if (this.#starting.get(dataDirectory) === started) this.#starting.delete(dataDirectory);
    }
  }

  async stop(experimentName: string, dataDirectory: string, options?: DaqStopOptions): Promise<DaqInfo> {
    for (const client of this.clientsFor(dataDirectory)) {
      const own = (await this.activeOf(client, options)).filter((daq) => isOf(daq, experimentName, dataDirectory));
      const active =
        options?.id === undefined ? (own.find(isTaking) ?? own[0]) : own.find(({ id }) => id === options.id);
      if (active === undefined) continue;
      // DM stops by directory: this would stop the one that was started after it.
      if (!isTaking(active) && own.some(isTaking)) return this.observe(client, active);
      const parameters = { experimentName, dataDirectory: active.dataDirectory };
      return this.afterStop(client, active.id, await client.call('stopDaq', parameters, options), options);
    }
    throw new DmObjectNotFoundError(`No active DAQ of experiment ${experimentName} watches ${dataDirectory}.`);
  }

  /**
   * DM has no such call: the counters are polled until nothing is outstanding and the number of files has rested for `poll.syncSettleMs`.
   * @throws DmInvalidObjectStateError when the DAQ ends before, DmError DM_COMMAND_FAILED when a file could not be stored meanwhile
   */
  async sync(id: string, options: CallOptions = {}): Promise<DaqInfo> {
    const { periods } = this.#context;
    let daq = await this.get(id, options);
    if (isTerminalStatus(daq.status)) throw new DmInvalidObjectStateError(`DAQ ${id} has ended (${daq.status}).`);
    const errorsBefore = daq.nProcessingErrors;
    let restingSinceMs = performance.now();
    for (;;) {
      if (isTerminalStatus(daq.status) && (daq.status !== 'done' || outstanding(daq) > 0)) {
        throw new DmInvalidObjectStateError(`DAQ ${id} ended (${daq.status}) before all its files were stored.`);
      }
      if (daq.nProcessingErrors > errorsBefore) {
        throw new DmError(
          'DM_COMMAND_FAILED',
          `DAQ ${id} could not store ${daq.nProcessingErrors - errorsBefore} files.`,
        );
      }
      const settleMs = periods.syncSettleMs * (daq.countFiles === 0 ? NOTHING_SEEN_FACTOR : 1);
      const rested = performance.now() - restingSinceMs >= settleMs;
      if (outstanding(daq) === 0 && (rested || isTerminalStatus(daq.status))) return daq;
      await pause(Math.min(periods.pollMs, periods.syncSettleMs), options.signal);
      const next = await this.get(id, options);
      if (next.countFiles !== daq.countFiles || outstanding(next) > 0) restingSinceMs = performance.now();
      daq = next;
    }
  }
}

/** True while new files are its own. */
function isTaking({ status }: DaqInfo): boolean {
  return status === 'pending' || status === 'running';
}

function isOf(daq: DaqInfo, experimentName: string, dataDirectory: string): boolean {
  return daq.experimentName === experimentName && isSameDirectory(daq.dataDirectory, dataDirectory);
}

function outstanding(daq: DaqInfo): number {
  if (daq.nWaitingFiles !== undefined) return daq.nWaitingFiles;
  return Math.max(0, daq.countFiles - (daq.nCompletedFiles ?? daq.nProcessedFiles) - daq.nProcessingErrors);
}
