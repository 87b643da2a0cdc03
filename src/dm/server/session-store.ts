import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../wire/route.js';
import type { DmServerUser } from './dm-server-options.js';

export interface Session {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly expiresMs: number;
}

const MAX_SESSIONS = 10_000;

/** Sessions of one listener. Each use of a session extends it. */
export class SessionStore {
  readonly #users: ReadonlyMap<string, DmServerUser>;
  readonly #timeoutMs: number;
  readonly #sessions = new Map<string, Session>();

  constructor(users: readonly DmServerUser[], timeoutMs: number) {
    this.#users = new Map(users.map((user) => [user.username, user]));
    this.#timeoutMs = timeoutMs;
  }

  /** A new session, or undefined when user and password don't fit. Takes the same time for an unknown user. */
  open(username: string, password: string): Session | undefined {
    const user = this.#users.get(username);
    const fits = timingSafeEqual(digest(password), digest(user?.password ?? ''));
    if (!fits || user === undefined) return undefined;
    this.#makeRoom();
    const session: Session = {
      id: randomBytes(20).toString('hex'),
      username,
      role: user.role ?? 'administrator',
      expiresMs: Date.now() + this.#timeoutMs,
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  use(id: string | undefined): Session | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (session === undefined) return undefined;
    this.#sessions.delete(session.id);
    if (session.expiresMs <= Date.now()) return undefined;
    this.#sessions.set(session.id, { ...session, expiresMs: Date.now() + this.#timeoutMs });
    return session;
  }

  clear(): void {
    this.#sessions.clear();
  }

  /** The map is in order of last use, so the first entries are the oldest. */
  #makeRoom(): void {
    for (const [id, session] of this.#sessions) {
      if (session.expiresMs > Date.now() && this.#sessions.size < MAX_SESSIONS) return;
      this.#sessions.delete(id);
    }
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
