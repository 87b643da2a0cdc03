import { errorText } from '../error-text.js';
import { DmCommunicationError } from '../errors.js';
import { CONTEXT_ROOT } from '../wire/wire-service.js';
import { PollLoop } from './poll-loop.js';
import type { PollPeriods } from './poll-periods.js';
import { Poller } from './poller.js';
import type { Transport } from './transport.js';
import type { UrlHealth } from './url-health.js';

export interface ServiceProbeOptions {
  readonly health: UrlHealth;
  /** Not the one of the calls: a probe must not wait behind slow ones. */
  readonly transport: Transport;
  readonly periods: PollPeriods;
  readonly onError: (error: unknown) => void;
}

/** What a proxy answers for a service that is gone. */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 503, 504]);
/** Of the period: how often it is looked whether the service is due, and how long an answer may take. */
const LOOK_SHARE = 1 / 4;
const ANSWER_SHARE = 1 / 2;
/** Of the period: what chance takes away from it, so that many clients don't ask at the same moments. */
const JITTER_SHARE = 1 / 4;

/**
 * Asks a service for a sign of life when nothing was heard of it for a while, by the cheapest call there is: no session, and any answer will
 * do. Two calls in a row without an answer, and it is gone.
 */
export class ServiceProbe extends Poller {
  readonly #options: ServiceProbeOptions;
  readonly #loop: PollLoop;
  #isSuspect = false;
  #askedMs = 0;
  #pauseShare = 1;

  constructor(options: ServiceProbeOptions) {
    const loop = new PollLoop({
      run: (signal) => this.#look(signal),
      periodMs: () => options.periods.probeMs * LOOK_SHARE,
      maxBackoffMs: () => options.periods.maxBackoffMs,
      onError: options.onError,
    });
    super(loop);
    this.#options = options;
    this.#loop = loop;
  }

  /** A call of the service failed: ask now. */
  suspect(): void {
    this.#isSuspect = true;
    this.#loop.poke(true);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { health, periods } = this.#options;
    const heardMs = Math.max(health.lastHeardMs, this.#askedMs);
    if (!this.#isSuspect && Date.now() - heardMs < periods.probeMs * this.#pauseShare) return;
    this.#isSuspect = false;
    this.#pauseShare = 1 - JITTER_SHARE * Math.random();
    const failure = (await this.#ask(signal)) && (await this.#ask(signal));
    this.#askedMs = Date.now();
    if (failure === null) health.alive();
    else health.silent(failure);
  }

  /** @returns null when there was an answer, else why there was none */
  async #ask(signal: AbortSignal): Promise<string | null> {
    const { health, transport, periods } = this.#options;
    const { url } = health;
    try {
      const { status } = await transport.request({
        url,
        method: 'GET',
        path: `${CONTEXT_ROOT}/serviceStatus`,
        headers: {},
        timeoutMs: Math.ceil(periods.probeMs * ANSWER_SHARE),
        signal,
      });
      if (!GATEWAY_ERRORS.has(status)) return null;
      throw new DmCommunicationError(`${url} is not available (HTTP ${status}).`);
    } catch (error) {
      signal.throwIfAborted();
      return errorText(error);
    }
  }
}
