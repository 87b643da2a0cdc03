import { DmError, type DmErrorCode } from '../errors.js';
import type { DmStatus } from '../schemas/status.js';

/** What is active by DM's lists of one status each. */
export interface ActiveReading<T> {
  readonly entries: readonly T[];
  /** False when there are so many that DM has left some out. */
  readonly isComplete: boolean;
}

export interface ActiveListOptions<T> {
  /** Those of one status; `limit` at most, if DM can be asked so. */
  readonly ask: (
    status: DmStatus,
    limit: number,
    signal: AbortSignal,
  ) => Promise<{ readonly entries: readonly T[]; readonly nSent: number }>;
  /** Told once why the service can't be asked for the active ones. */
  readonly disobeyed: (reason: string) => void;
}

/** In this order, one that goes on from one to the other meanwhile is in at least one of the answers. Other active statuses are soon over. */
export const ASKED_STATUSES: readonly DmStatus[] = ['pending', 'running'];
const LIMIT = 1_000;
/** How a service refuses what it doesn't know. */
const REFUSALS: ReadonlySet<DmErrorCode> = new Set<DmErrorCode>([
  'DM_ERROR',
  'DM_INTERNAL',
  'DM_URL',
  'DM_INVALID_ARGUMENT',
  'DM_INVALID_REQUEST',
  'DM_COMMAND_FAILED',
  'DM_OBJECT_NOT_FOUND',
]);

/**
 * Asks DM for its active objects only, by their status. No public source tells whether a service obeys, so each answer is checked: a service
 * that answers with others, refuses, or leaves out what is active is not asked so again until it has been away.
 */
export class ActiveList<T extends { readonly status: string }> {
  readonly #options: ActiveListOptions<T>;
  #isObeyed = true;

  constructor(options: ActiveListOptions<T>) {
    this.#options = options;
  }

  get isObeyed(): boolean {
    return this.#isObeyed;
  }

  /** @returns null when the service can't be asked so */
  async read(signal: AbortSignal): Promise<ActiveReading<T> | null> {
    const entries: T[] = [];
    let isComplete = true;
    for (const status of ASKED_STATUSES) {
      if (!this.#isObeyed) return null;
      try {
        const answer = await this.#options.ask(status, LIMIT, signal);
        const other = answer.entries.find((entry) => entry.status !== status);
        if (other !== undefined) this.refute(`asked for those ${status}, it answered with one ${other.status}`);
        if (answer.nSent >= LIMIT) isComplete = false;
        entries.push(...answer.entries);
      } catch (error) {
        if (!(error instanceof DmError) || !REFUSALS.has(error.code)) throw error;
        this.refute(`asked for those ${status}, it refused: ${error.message}`);
      }
    }
    return this.#isObeyed ? { entries, isComplete } : null;
  }

  /** What it answered is not so. */
  refute(reason: string): void {
    if (this.#isObeyed) this.#options.disobeyed(reason);
    this.#isObeyed = false;
  }

  /** The service was away, and may be another now. */
  reset(): void {
    this.#isObeyed = true;
  }
}
