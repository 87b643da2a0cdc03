import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { DmCommunicationError, DmError } from '../errors.js';
import { CallLimit } from './call-limit.js';
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
  /** A lost reply then means an unknown outcome. */
  readonly writes: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface TransportReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** HTTP(S) to DM's services, with every failure as a `DmError` that tells whether the request can have arrived. */
export class Transport {
  readonly #reads: Agent;
  /** A fresh connection for each command: a reply is never lost to a kept connection that the server was just closing. */
  readonly #writes: Agent;
  readonly #closing = new AbortController();

  /** @throws DmError DM_CONFIGURATION when the CA file can't be read */
  constructor(tls: RestOptions['tls'], connectMs: number) {
    const connect = {
      timeout: connectMs,
      rejectUnauthorized: tls.verify,
      ...(tls.ca !== undefined && { ca: [...rootCertificates, readCa(tls.ca)] }),
    };
    const limits = { headersTimeout: 0, bodyTimeout: 0, connect };
    this.#reads = new Agent({ ...limits, connections: 8, keepAliveTimeout: 4_000 });
    this.#writes = new Agent({ ...limits, pipelining: 0 });
  }

  /** @throws DmError DM_COMMUNICATION, DM_TIMEOUT or (of a command whose reply is lost) DM_OUTCOME_UNKNOWN; the reason of an aborted signal */
  async request(request: TransportRequest): Promise<TransportReply> {
    const { signal, timeoutMs } = request;
    signal?.throwIfAborted();
    const limit = new CallLimit(timeoutMs, [this.#closing.signal, signal]);
    const base = new URL(request.url);
    try {
      const agent = request.writes ? this.#writes : this.#reads;
      const reply = await agent.request({
        origin: base.origin,
        path: `${base.pathname.replace(/\/$/u, '')}${request.path}`,
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        signal: limit.signal,
      });
      return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
    } catch (error) {
      if (this.#closing.signal.aborted) throw new DmCommunicationError('The connection to DM is closed.');
      signal?.throwIfAborted();
      throw describe(error, request, limit.timedOut);
    } finally {
      limit.dispose();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#reads.destroy(), this.#writes.destroy()]);
  }
}

/** True when repeating can't help: the service's certificate is not accepted. */
export function isCertificateError(error: unknown): boolean {
  const code = codeOf(error);
  return /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|HOSTNAME_MISMATCH)/u.test(code);
}

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
    return new DmCommunicationError(
      `The certificate of ${url} is not trusted (${code}): name the file of its CA in tls.ca, or set tls.verify to false.`,
      { cause: error },
    );
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return new DmCommunicationError(`${url} does not speak TLS (${code}): check http or https in its URL.`, {
      cause: error,
    });
  }
  const reason = timedOut ? `no reply within ${request.timeoutMs / 1000} s` : reasonOf(error, code);
  if (NEVER_SENT.has(code)) return new DmCommunicationError(`${url} can't be reached: ${reason}.`, { cause: error });
  if (request.writes) {
    return new DmError(
      'DM_OUTCOME_UNKNOWN',
      `The reply of ${url} was lost (${reason}): DM may have taken the command. It was not sent again; check before repeating.`,
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
  const text = error instanceof Error ? error.message : String(error);
  return code === '' || text.includes(code) ? text : text === '' ? code : `${text} (${code})`;
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new DmError('DM_CONFIGURATION', `The CA file ${path} can't be read (${codeOf(error)}). Check tls.ca.`);
  }
}
