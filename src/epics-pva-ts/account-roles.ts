const KEEP_MS = 30_000;
const MOST_ACCOUNTS = 1000;

interface Entry {
  readonly roles: Promise<readonly string[]>;
  readonly askedMs: number;
}

const entries = new Map<string, Entry>();
let last: Promise<unknown> = Promise.resolve();

/**
 * Groups of an account, from memory for half a minute. One account is asked for after the other: the user database may be far
 * away, and each that is asked for keeps a thread.
 */
export function rolesOf(account: string, ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const known = entries.get(account);
  if (known !== undefined && performance.now() - known.askedMs < KEEP_MS) return known.roles;
  if (entries.size >= MOST_ACCOUNTS) entries.clear();
  const roles = last.then(ask);
  last = roles.catch(() => undefined);
  entries.set(account, { roles, askedMs: performance.now() });
  return roles;
}
