import type { CaConnection } from './ca-channel.js';
import type { CaSession } from './ca-session.js';
import type { OperationLimits } from './operation-limits.js';
import { PendingOperations } from './pending-operations.js';

/** Who waits for a channel to connect. */
export class ConnectionWaiters {
  readonly #channelName: string;
  readonly #pending: PendingOperations;
  #nextId = 1;

  constructor(session: CaSession, channelName: string) {
    this.#channelName = channelName;
    this.#pending = new PendingOperations(
      () => {
        session.hold();
      },
      () => {
        session.release();
      },
    );
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Resolves with the connection, at once when there is one. */
  wait(connection: CaConnection | null, limits: OperationLimits): Promise<CaConnection> {
    const id = this.#nextId++;
    const connected = this.#pending.start<CaConnection>(id, 'connect', this.#channelName, limits, () => undefined);
    if (connection !== null) this.#pending.resolve(id, connection);
    return connected;
  }

  resolveAll(connection: CaConnection): void {
    for (const id of this.#pending.ids()) this.#pending.resolve(id, connection);
  }

  rejectAll(error: Error): void {
    this.#pending.rejectAll(() => error);
  }
}
