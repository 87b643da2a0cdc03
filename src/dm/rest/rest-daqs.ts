import type { CallOptions, Daqs } from '../data-management.js';
import { DmError, DmInvalidObjectStateError, DmObjectNotFoundError } from '../errors.js';
import { isTerminalStatus } from '../schemas/status.js';
import type { DaqInfo, DaqOptions } from '../schemas/transfer.js';
import { pause } from './pause.js';
import type { RestContext } from './rest-context.js';
import { type DaqService, RestTransfers } from './rest-transfers.js';
import type { ServiceClient } from './service-client.js';

/** A DAQ that has seen no file at all is more likely late than idle: `sync` waits so many times longer. */
const NOTHING_SEEN_FACTOR = 3;

export class RestDaqs extends RestTransfers<DaqInfo> implements Daqs {
  readonly #context: RestContext;
  readonly #starting = new Map<string, Promise<DaqInfo>>();

  constructor(services: readonly [DaqService, ...DaqService[]], context: RestContext) {
    super(services, { list: 'listDaqs', get: 'getDaqInfo', clear: 'clearDaq', event: 'daq' }, context);
    this.#context = context;
  }

  /** DM would start a second DAQ of the same directory, so the active ones are looked at first, one start of a pair at a time. */
  async start(
    experimentName: string,
    dataDirectory: string,
    daqOptions: DaqOptions = {},
    options?: CallOptions,
  ): Promise<DaqInfo> {
    const pair = `${experimentName}\n${dataDirectory}`;
    const before = this.#starting.get(pair);
    const started = (async () => {
      await before?.catch(() => undefined);
      const client = this.clientFor(dataDirectory);
      const active = await this.#findActive(client, experimentName, dataDirectory, options);
      if (active !== undefined) return this.observe(client, active);
      const parameters = { experimentName, dataDirectory, taskInfo: daqOptions };
      return this.observe(client, await client.call('startDaq', parameters, options));
    })();
    this.#starting.set(pair, started);
    try {
      return await started;
    } finally {
      if (this.#starting.get(pair) === started) this.#starting.delete(pair);
    }
  }

  async stop(experimentName: string, dataDirectory: string, options?: CallOptions): Promise<DaqInfo> {
    for (const client of this.clientsFor(dataDirectory)) {
      const active = await this.#findActive(client, experimentName, dataDirectory, options);
      if (active === undefined) continue;
      const answer = await client.call('stopDaq', { experimentName, dataDirectory }, options);
      return this.afterStop(client, active.id, answer, options);
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

  async #findActive(
    client: ServiceClient,
    experimentName: string,
    dataDirectory: string,
    options?: CallOptions,
  ): Promise<DaqInfo | undefined> {
    const daqs = await this.activeOf(client, options);
    return daqs.find(
      (daq) =>
        daq.experimentName === experimentName &&
        daq.dataDirectory === dataDirectory &&
        (daq.status === 'pending' || daq.status === 'running'),
    );
  }
}

function outstanding(daq: DaqInfo): number {
  if (daq.nWaitingFiles !== undefined) return daq.nWaitingFiles;
  return Math.max(0, daq.countFiles - (daq.nCompletedFiles ?? daq.nProcessedFiles) - daq.nProcessingErrors);
}
