import type { CaSession } from './ca-session.js';
import { metadataOfSample } from './ca-reading.js';
import { DBR, DBR_CTRL } from './dbr.js';
import { DBE } from './monitor-mask.js';
import { SAMPLE_FIELDS } from './native.js';

/** The labels of an enum channel, kept current by a property monitor. A server without property events never tells them here. */
export class EnumStates {
  readonly #session: CaSession;
  readonly #channelId: number;
  #subscriptionId: number | undefined;
  #labels: readonly string[] = [];
  #known = false;

  constructor(session: CaSession, channelId: number) {
    this.#session = session;
    this.#channelId = channelId;
  }

  get labels(): readonly string[] {
    return this.#labels;
  }

  /** Whether the labels are those of the server that is connected now. */
  get known(): boolean {
    return this.#known;
  }

  /** Ask for the labels, once. */
  follow(): void {
    this.#subscriptionId ??= this.#session.subscribe(
      { channelId: this.#channelId, dbrType: DBR.enum + DBR_CTRL, count: 1, mask: DBE.property, queueSize: 1 },
      {
        onUpdatesWaiting: () => {
          this.#takeUpdate();
        },
        onFailed: () => undefined,
      },
    );
  }

  /** The connection is lost: the server sends the labels again when it comes back. */
  reset(): void {
    this.#known = false;
  }

  close(): void {
    if (this.#subscriptionId !== undefined) this.#session.unsubscribe(this.#subscriptionId);
  }

  #takeUpdate(): void {
    if (this.#subscriptionId === undefined) return;
    const fields = this.#session.takeUpdates(this.#subscriptionId);
    const metadata = metadataOfSample(fields.slice(-SAMPLE_FIELDS));
    if (metadata === null) return;
    this.#labels = metadata.states;
    this.#known = true;
  }
}
