import { setMaxListeners } from 'node:events';
import { Backoff } from '../backoff.js';
import type { CallOptions } from '../data-management.js';
import { DmError, type DmErrorCode } from '../errors.js';
import type { DmLogger } from '../logger.js';
import { parseJson } from '../wire/parse-json.js';
import { parseResponse } from '../wire/parse-response.js';
import { expandTemplate } from '../wire/path-template.js';
import { type ResolvedRoute, routeOf, type RouteTable } from '../wire/route-table.js';
import { isConfirmed, type Route } from '../wire/route.js';
import type { RouteArguments, RouteName, RouteResponse } from '../wire/routes.js';
import { wireErrorOf } from '../wire/status-headers.js';
import { CONTEXT_ROOT, type ListeningService } from '../wire/wire-service.js';
import type { CredentialsSource } from './credentials-source.js';
import { pause } from './pause.js';
import type { RestOptions } from './rest-options.js';
import { Session } from './session.js';
import { isCertificateError, type Transport, type TransportReply } from './transport.js';
import type { UrlHealth } from './url-health.js';

export interface ServiceClientOptions {
  readonly service: ListeningService;
  readonly url: string;
  readonly transport: Transport;
  readonly credentials: CredentialsSource;
  readonly table: RouteTable;
  /** What learns how the calls end; APS-DB has none, as it is no service of DM's own. */
  readonly health: UrlHealth | undefined;
  readonly logger: DmLogger;
  readonly rest: RestOptions;
}

/** What is wanted of a list that comes whole though it is long. */
interface Excerpt {
  /** All active entries of a large reply, and so many of the newest ended ones. */
  readonly newest: number;
  /** Told how many entries the list had. */
  readonly listed: (total: number) => void;
}

export interface ClientCallOptions extends CallOptions {
  readonly excerpt?: Excerpt;
  /** False for polls, which repeat by themselves. */
  readonly retry?: boolean;
}

/** Failures that, while other calls are answered, say nothing of the service. */
const OF_ONE_CALL: ReadonlySet<DmErrorCode> = new Set<DmErrorCode>(['DM_TIMEOUT', 'DM_OUTCOME_UNKNOWN']);
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 503, 504]);

/** Calls of one service at one URL, with session, time limits, retries of reads, and errors as DM means them. */
export class ServiceClient {
  readonly service: ListeningService;
  readonly url: string;
  readonly #options: ServiceClientOptions;
  readonly #session: Session;
  /** Lists of which it was told that entries are left out. */
  readonly #leftOut = new Set<RouteName>();

  constructor(options: ServiceClientOptions) {
    const { rest, url, transport, credentials } = options;
    this.service = options.service;
    this.url = url;
    this.#options = options;
    this.#session = new Session({
      url,
      transport,
      credentials,
      timeoutMs: rest.timeouts.readMs,
      refusedForMs: rest.retry.loginMs,
    });
  }

  /** @throws DmError as DM tells it, or DM_COMMUNICATION, DM_TIMEOUT, DM_OUTCOME_UNKNOWN, DM_URL, DM_INTERNAL of our own */
  async call<N extends RouteName>(
    name: N,
    parameters: RouteArguments<N>,
    { signal, retry = true, excerpt }: ClientCallOptions = {},
  ): Promise<RouteResponse<N>> {
    // Each call listens, and stops listening at its end: any number of calls may share one signal.
    if (signal !== undefined) setMaxListeners(0, signal);
    const resolved = routeOf(this.#options.table, name);
    const attempt = (): Promise<RouteResponse<N>> => this.#attempt(name, resolved, parameters, signal, excerpt);
    const { reads, firstDelayMs } = this.#options.rest.retry;
    const { maxBackoffMs } = this.#options.rest.poll;
    const repeats = retry && resolved.route.cost !== 'write' ? reads : 0;
    const backoff = new Backoff({ firstMs: () => firstDelayMs, longestMs: () => maxBackoffMs });
    for (let left = repeats; ; left -= 1) {
      try {
        return await attempt();
      } catch (error) {
        if (left === 0 || !isPassing(error)) throw error;
      }
      await pause(backoff.next(), signal);
    }
  }

  /**
   * The same for a list that comes whole though it is long.
   * @param newest of a large reply, all active entries and so many of the newest ended ones
   * @returns `nSent` so many entries the list had
   */
  async list<N extends RouteName>(
    name: N,
    parameters: RouteArguments<N>,
    newest: number,
    options?: ClientCallOptions,
  ): Promise<{ readonly entries: RouteResponse<N>; readonly nSent: number }> {
    let nSent = 0;
    const listed = (total: number): void => {
      nSent = total;
    };
    const entries = await this.call(name, parameters, { ...options, excerpt: { newest, listed } });
    return { entries, nSent };
  }

  async #attempt<N extends RouteName>(
    name: N,
    resolved: ResolvedRoute,
    parameters: RouteArguments<N>,
    signal: AbortSignal | undefined,
    excerpt: Excerpt | undefined,
  ): Promise<RouteResponse<N>> {
    const path = `${CONTEXT_ROOT}${expandTemplate(resolved.path, parameters)}`;
    const startedMs = Date.now();
    let reply: TransportReply;
    try {
      reply = await this.#exchange(resolved, path, signal);
      if (GATEWAY_ERRORS.has(reply.status)) throw this.#httpError(resolved, reply.status);
    } catch (error) {
      if (signal?.aborted === true) {
        if (isUnknownOutcome(error)) this.#options.health?.doubt();
        throw error;
      }
      // When the service answered others meanwhile, only this call was slow.
      const isOwn = error instanceof DmError && OF_ONE_CALL.has(error.code) && this.#hasAnsweredSince(startedMs);
      this.#note(isOwn ? 'failedCall' : 'failure', error);
      throw error;
    }
    const body = parseJson(reply.text);
    const told = wireErrorOf(reply.headers, body);
    if (told !== undefined) {
      this.#note('contact');
      throw told;
    }
    try {
      const answer = await this.#understand(name, resolved, reply, body, excerpt);
      this.#note('contact');
      return answer;
    } catch (error) {
      const isUnknownPath = error instanceof DmError && error.code === 'DM_URL';
      if (isUnknownPath) this.#note('contact');
      this.#note(isUnknownPath ? 'failedCall' : 'strangeReply', error);
      throw error;
    }
  }

  #hasAnsweredSince(timeMs: number): boolean {
    return (this.#options.health?.lastContactMs ?? 0) >= timeMs;
  }

  /** What is learnt of the service by an exchange. */
  #note(what: 'contact' | 'failure' | 'strangeReply' | 'failedCall', error?: unknown): void {
    const { health } = this.#options;
    if (what === 'contact') health?.contact();
    else if (error instanceof DmError) {
      health?.[what](error.message);
      if (isUnknownOutcome(error)) health?.doubt();
    }
  }

  /** Sends the request; when the session has ended, once more with a new one (DM hasn't done anything then). */
  async #exchange(resolved: ResolvedRoute, path: string, signal: AbortSignal | undefined): Promise<TransportReply> {
    const first = await this.#send(resolved, path, signal);
    if (!isSessionEnd(first.reply)) return first.reply;
    this.#options.logger.debug({ url: this.url, route: resolved.name }, 'DM session ended, logging in again');
    this.#session.drop(first.cookie);
    const second = await this.#send(resolved, path, signal);
    const told = wireErrorOf(second.reply.headers, parseJson(second.reply.text));
    if (!isSessionEnd(second.reply) || told?.code === 'DM_AUTHORIZATION') return second.reply;
    this.#session.drop(second.cookie);
    // DM's own words may hold the id of the session.
    throw new DmError(
      'DM_INVALID_SESSION',
      `${this.url} accepts no session for ${resolved.name}, right after a login.`,
    );
  }

  async #send(
    { route, path: template }: ResolvedRoute,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<{ reply: TransportReply; cookie: string }> {
    const cookie = await this.#session.cookie(signal);
    const remedy = remedyOf(route);
    const reply = await this.#options.transport.request({
      url: this.url,
      method: template.method,
      path,
      headers: { 'content-type': 'html', cookie },
      timeoutMs: this.#options.rest.timeouts[`${route.cost}Ms`],
      ...(remedy !== undefined && { remedy }),
      signal,
    });
    if (!isSessionEnd(reply)) this.#session.adopt(reply, cookie);
    return { reply, cookie };
  }

  async #understand<N extends RouteName>(
    name: N,
    resolved: ResolvedRoute,
    reply: TransportReply,
    body: unknown,
    excerpt: Excerpt | undefined,
  ): Promise<RouteResponse<N>> {
    if (reply.status >= 400) throw this.#httpError(resolved, reply.status);
    try {
      if (body === undefined && reply.text !== '') {
        throw new DmError('DM_INTERNAL', `${this.url} answered ${name} with something that is not JSON.`);
      }
      if (reply.large !== undefined) {
        const { largeReplies } = this.#options.transport;
        const { value, total, leftOut } = await largeReplies.read(name, reply.large, excerpt?.newest);
        if (leftOut !== undefined) this.#tellLeftOut(name, leftOut.count, leftOut.reason);
        excerpt?.listed(total);
        return value;
      }
      const answer = parseResponse(name, body, (count, reason) => {
        this.#tellLeftOut(name, count, reason);
      });
      if (Array.isArray(answer)) excerpt?.listed(answer.length);
      return answer;
    } catch (error) {
      const remedy = remedyOf(resolved.route);
      if (remedy === undefined || !(error instanceof DmError)) throw error;
      throw new DmError('DM_OUTCOME_UNKNOWN', `Outcome unknown, not sent again: ${error.message} ${remedy}`);
    }
  }

  #tellLeftOut(name: RouteName, count: number, reason: string): void {
    if (this.#leftOut.has(name)) return;
    this.#leftOut.add(name);
    this.#options.logger.warn({ url: this.url, route: name, count, reason }, 'odd entries of a list are left out');
  }

  #httpError({ name, route, path, overridden }: ResolvedRoute, status: number): DmError {
    if (status === 404 || status === 405) {
      const guess = isConfirmed(route) || overridden ? '' : ' Its path is not confirmed: set the right one in routes.';
      return new DmError('DM_URL', `${this.url} does not know ${name} as ${path.source} (HTTP ${status}).${guess}`);
    }
    if (status === 503) return new DmError('DM_COMMUNICATION', `${this.url} is not available (HTTP 503).`);
    const lost = status === 502 || status === 504;
    const remedy = remedyOf(route);
    if (lost && remedy !== undefined) {
      return new DmError(
        'DM_OUTCOME_UNKNOWN',
        `Outcome unknown, not sent again: a proxy lost the reply to ${name} (HTTP ${status}). ${remedy}`,
      );
    }
    return new DmError(lost ? 'DM_COMMUNICATION' : 'DM_INTERNAL', `${this.url} failed ${name} with HTTP ${status}.`);
  }
}

function isSessionEnd(reply: TransportReply): boolean {
  if (reply.status === 401) return true;
  const error = wireErrorOf(reply.headers, reply.text.includes('"errorCode"') ? parseJson(reply.text) : undefined);
  return error?.code === 'DM_INVALID_SESSION';
}

/** What to do when the reply to a command is lost; undefined for calls that only read. */
function remedyOf(route: Route): string | undefined {
  if (route.cost !== 'write') return undefined;
  const { whenUnknown } = route;
  return whenUnknown.repeat === 'safe'
    ? `Repeating is safe: ${whenUnknown.because}.`
    : `If DM took it, ${whenUnknown.seenAs}: check before repeating.`;
}

function isUnknownOutcome(error: unknown): boolean {
  return error instanceof DmError && error.code === 'DM_OUTCOME_UNKNOWN';
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof DmError)) return false;
  if (error.code === 'DM_SERVICE_LIMIT') return true;
  return error.code === 'DM_COMMUNICATION' && !isCertificateError(error.cause);
}
