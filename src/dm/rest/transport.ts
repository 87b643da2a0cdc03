import { setMaxListeners } from 'node:events';
import { Agent, type Dispatcher } from 'undici';
import { errorText } from '../error-text.js';
import { DmCommunicationError, DmError } from '../errors.js';
import { CallLimit } from './call-limit.js';
import { LARGE_REPLY_BYTES, LargeReplies } from './large-replies.js';
import { replyText } from './reply-text.js';
import { trustedCertificates } from './trusted-certificates.js';
import type { RestOptions } from './rest-options.js';

export interface TransportRequest {
  /** Base URL of the service. */
  readonly url: string;
  readonly method: Dispatcher.HttpMethod;
  /** Path with query, as it goes over the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Set for what changes something: a lost reply then means an unknown outcome, and this says how to find it out. */
  readonly remedy?: string;
  readonly signal: AbortSignal | undefined;
}

export interface TransportReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty when the reply is large. */
  readonly text: string;
  /** The bytes of a large reply, for `Transport.largeReplies`. */
  readonly large?: ArrayBuffer;
}

/** A page of 100,000 files is about 40 MB. */
const MAX_REPLY_BYTES = 256 * 1024 * 1024;

/** HTTP(S) to DM's services, with every failure as a `DmError` that tells whether the request can have arrived. */
export class Transport {
  readonly largeReplies = new LargeReplies();
  readonly #kept: Agent;
  /** A fresh connection for each command: a reply is never lost to a kept connection that the server was just closing. */
  readonly #fresh: Agent;
  readonly #closing = new AbortController();

  /** @throws DmError DM_CONFIGURATION when the CA file can't be read */
  constructor(tls: RestOptions['tls'], connectMs: number) {
    setMaxListeners(0, this.#closing.signal);
    const connect = {
      timeout: connectMs,
      rejectUnauthorized: tls.verify,
      ...(tls.ca !== undefined && { ca: trustedCertificates(tls.ca) }),
    };
    const limits = { headersTimeout: 0, bodyTimeout: 0, maxResponseSize: MAX_REPLY_BYTES, connect };
    this.#kept = new Agent({ ...limits, connections: 8, keepAliveTimeout: 4_000 });
    this.#fresh = new Agent({ ...limits, pipelining: 0 });
  }

  /**
   * @throws DmError DM_COMMUNICATION, DM_TIMEOUT, DM_URL for a redirect, or (of a command whose reply is lost, or that is aborted on its way)
   * DM_OUTCOME_UNKNOWN; the reason of an aborted signal
   */
  async request(request: TransportRequest): Promise<TransportReply> {
    const { signal, timeoutMs } = request;
    signal?.throwIfAborted();
    const limit = new CallLimit(timeoutMs, [this.#closing.signal, signal]);
    try {
      const agent = request.remedy === undefined ? this.#kept : this.#fresh;
      const reply = await this.#exchange(agent, request, limit.signal).catch((error: unknown) => {
        // A read may have met a kept connection that the service was just closing.
        if (agent === this.#fresh || limit.signal.aborted || !WAS_CUT.has(codeOf(error))) throw error;
        return this.#exchange(this.#fresh, request, limit.signal);
      });
      if (reply.status >= 300 && reply.status < 400) throw redirect(request.url, reply);
      return reply;
    } catch (error) {
      if (error instanceof DmError) throw error;
      // A command that was on its way can't be taken back.
      if (request.remedy === undefined) {
        if (this.#closing.signal.aborted) throw new DmCommunicationError('The connection to DM is closed.');
        signal?.throwIfAborted();
      }
      throw describe(error, request, limit.timedOut);
    } finally {
      limit.dispose();
    }
  }

  async #exchange(agent: Agent, request: TransportRequest, signal: AbortSignal): Promise<TransportReply> {
    const base = new URL(request.url);
    const { statusCode, headers, body } = await agent.request({
      origin: base.origin,
      path: `${base.pathname.replace(/\/$/u, '')}${request.path}`,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      signal,
    });
    const bytes = await body.arrayBuffer();
    if (bytes.byteLength >= LARGE_REPLY_BYTES) return { status: statusCode, headers, text: '', large: bytes };
    return { status: statusCode, headers, text: replyText(new Uint8Array(bytes)) };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#kept.destroy(), this.#fresh.destroy(), this.largeReplies.close()]);
  }
}

/** True when repeating can't help: the service's certificate is not accepted. */
export function isCertificateError(error: unknown): boolean {
  const code = codeOf(error);
  return /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|HOSTNAME_MISMATCH)/u.test(code);
}

const WAS_CUT: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
]);

function describe(error: unknown, request: TransportRequest, timedOut: boolean): DmError {
  const { url } = request;
  const code = codeOf(error);
  if (isCertificateError(error)) {
    return new DmCommunicationError(`${certificateFault(url, code)}, or set dm.rest.tls.verify to false.`, {
      cause: error,
    });
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return new DmCommunicationError(`${url} does not speak TLS (${code}): check http or https in its URL.`, {
      cause: error,
    });
  }
  const reason = timedOut ? `no reply within ${request.timeoutMs / 1000} s` : reasonOf(error, code);
  if (NEVER_SENT.has(code)) return new DmCommunicationError(`${url} can't be reached: ${reason}.`, { cause: error });
  if (request.remedy !== undefined) {
    return new DmError(
      'DM_OUTCOME_UNKNOWN',
      `Outcome unknown, not sent again: the reply of ${url} was lost (${reason}). ${request.remedy}`,
      { cause: error },
    );
  }
  return timedOut
    ? new DmError('DM_TIMEOUT', `${url}: ${reason}.`, { cause: error })
    : new DmCommunicationError(`The connection to ${url} was lost: ${reason}.`, { cause: error });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const nested = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return own !== '' ? own : nested === undefined ? '' : codeOf(nested);
}

function reasonOf(error: unknown, code: string): string {
  if (error instanceof Error && error.name === 'AbortError') return 'not waited for';
  const text = errorText(error);
  return code === '' || text.includes(code) ? text : text === '' ? code : `${text} (${code})`;
}

function certificateFault(url: string, code: string): string {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `The certificate of ${url} is not valid at this time (${code}): check this machine's clock, have the certificate renewed`;
  }
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH'
    ? `The certificate of ${url} is for another host (${code}): use the host name of the certificate in the URL`
    : `The certificate of ${url} is not trusted (${code}): name the file of its CA in dm.rest.tls.ca`;
}

/** Where it leads is told without path and query, which may hold secrets. */
function redirect(url: string, { status, headers }: TransportReply): DmError {
  const { location } = headers;
  const target =
    typeof location === 'string' && URL.canParse(location, url) ? new URL(location, url).origin : undefined;
  return new DmError(
    'DM_URL',
    `${url} redirects to ${target ?? 'elsewhere'} (HTTP ${status}): configure the URL of the service itself.`,
  );
}
