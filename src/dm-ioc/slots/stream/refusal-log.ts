import type { Logger } from 'pino';
import { shortText } from '../../log/short-text.js';

/** So long the same refusal leaves one line. */
const QUIET_MS = 10_000;
const MOST_KNOWN = 100;

/** Whom what was refused, and why. */
export interface Refusal {
  readonly stream: number;
  readonly what: string;
  readonly user: string;
  readonly host: string;
  readonly code: string;
  readonly reason: string;
}

/**
 * Logs what is refused: at once, and the same of the same sender again after a while, with how many there were between. An old workflow
 * may report a thousand times a second.
 */
export class RefusalLog {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly loggedMs: number; more: number }>();

  constructor(log: Pick<Logger, 'warn'>, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  tell({ reason, ...facts }: Refusal): void {
    const key = JSON.stringify(Object.values(facts));
    const known = this.#known.get(key);
    const nowMs = this.#now();
    if (known !== undefined && nowMs - known.loggedMs < QUIET_MS) {
      known.more += 1;
      return;
    }
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, { loggedMs: nowMs, more: 0 });
    const more = known === undefined || known.more === 0 ? {} : { more: known.more };
    this.#log.warn({ ...facts, reason: shortText(reason), ...more }, 'refused');
  }
}
