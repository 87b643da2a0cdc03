import { DmError, type DmErrorCode } from '../errors.js';
import { SharedCall } from '../shared-call.js';
import { parseJson } from '../wire/parse-json.js';
import { SESSION_ROLE_HEADER, wireErrorOf } from '../wire/status-headers.js';
import { LOGIN_PATH } from '../wire/wire-service.js';
import type { CredentialsSource } from './credentials-source.js';
import type { Transport, TransportReply } from './transport.js';

export interface SessionOptions {
  readonly url: string;
  readonly transport: Transport;
  readonly credentials: CredentialsSource;
  readonly timeoutMs: number;
  /** A refused login is not tried again for so long, so that no account gets locked. */
  readonly refusedForMs: number;
}

/** Answers to a login that blame the service, not the user. */
const SERVICE_TROUBLE: ReadonlySet<DmErrorCode> = new Set<DmErrorCode>([
  'DM_INTERNAL',
  'DM_COMMUNICATION',
  'DM_CONFIGURATION',
  'DM_DB',
  'DM_TIMEOUT',
  'DM_SERVICE_LIMIT',
  'DM_TASK_TIMEOUT',
]);

/** The session with one service. However many requests find it missing or expired, they share one login. */
export class Session {
  readonly #options: SessionOptions;
  #cookie: string | undefined;
  readonly #login = new SharedCall<string>();
  #refusal: { readonly error: DmError; readonly untilMs: number } | undefined;
  /** Role that the last login gave, when the service told it. */
  role: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The cookie to send; logs in when there is none. @throws DmError DM_AUTHENTICATION when DM refuses the login */
  async cookie(signal?: AbortSignal): Promise<string> {
    if (this.#cookie !== undefined) return this.#cookie;
    if (this.#refusal !== undefined && this.#refusal.untilMs > Date.now()) throw this.#refusal.error;
    const login = this.#login.run(() => this.#logIn());
    return signal === undefined ? login : abortable(login, signal);
  }

  /** Forget a cookie that the service no longer accepts; one that has already been replaced stays. */
  drop(cookie: string): void {
    if (this.#cookie === cookie) this.#cookie = undefined;
  }

  /** Take the cookie that a reply sets, if it does and still belongs to the session: a slow reply may come after the next login. */
  adopt(reply: TransportReply, sent: string): void {
    if (this.#cookie === sent) this.#cookie = cookieOf(reply) ?? sent;
  }

  async #logIn(): Promise<string> {
    const { url, transport, credentials, timeoutMs, refusedForMs } = this.#options;
    const { username, password } = await credentials.read();
    const reply = await transport.request({
      url,
      method: 'POST',
      path: LOGIN_PATH,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ username, password }).toString(),
      timeoutMs,
      signal: undefined,
    });
    const error = wireErrorOf(reply.headers, parseJson(reply.text));
    if (reply.status >= 500 || reply.status === 404) {
      throw new DmError('DM_COMMUNICATION', `The login at ${url} failed with HTTP status ${reply.status}.`);
    }
    if (reply.status < 400 && error !== undefined && SERVICE_TROUBLE.has(error.code)) throw error;
    if (reply.status >= 400 || error !== undefined) {
      const reason = error?.message ?? `HTTP status ${reply.status}`;
      const refusal = new DmError(
        'DM_AUTHENTICATION',
        `${url} refuses user ${username} (${reason}): check the login file ${credentials.path}.`,
      );
      this.#refusal = { error: refusal, untilMs: Date.now() + refusedForMs };
      credentials.forget();
      throw refusal;
    }
    this.#cookie = cookieOf(reply);
    const role = reply.headers[SESSION_ROLE_HEADER];
    this.role = Array.isArray(role) ? role[0] : role;
    if (this.#cookie === undefined) throw new DmError('DM_INTERNAL', `The login at ${url} gave no session cookie.`);
    this.#refusal = undefined;
    return this.#cookie;
  }
}

/** DM's own client returns the whole value that a reply sets, and so does this one. */
function cookieOf(reply: TransportReply): string | undefined {
  const set = reply.headers['set-cookie'];
  const cookie = Array.isArray(set) ? set.join('; ') : set;
  return cookie === '' ? undefined : cookie;
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
