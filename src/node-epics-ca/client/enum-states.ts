import type { CaSession } from './ca-session.js';
import { metadataOfSample } from './ca-reading.js';
import { DBR, DBR_CTRL } from './dbr.js';
import { DBE } from './monitor-mask.js';
import { SAMPLE_FIELDS } from './native.js';

/** The labels of an enum channel, kept current by a property monitor from the first question on. */
export class EnumStates {
  readonly #session: CaSession;
  readonly #channelId: number;
  #subscriptionId: number | undefined;
  #labels: readonly string[] = [];
  #known = false;
  #waiting: (() => void)[] = [];

  constructor(session: CaSession, channelId: number) {
    this.#session = session;
    this.#channelId = channelId;
  }

  get labels(): readonly string[] {
    return this.#labels;
  }

  /** Resolves once the labels are known. Never rejects; a lost connection or a close lets it go with what is known. */
  async whenKnown(): Promise<void> {
    if (this.#known) return;
    this.#subscriptionId ??= this.#session.subscribe(
      {
        channelId: this.#channelId,
        dbrType: DBR.enum + DBR_CTRL,
        count: 1,
        mask: DBE.property,
        queueSize: 1,
      },
      {
        onUpdatesWaiting: () => {
          this.#takeUpdate();
        },
        onFailed: () => {
          this.#letGo();
        },
      },
    );
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The connection is lost: the server sends the labels again when it comes back. */
  reset(): void {
    this.#known = false;
    this.#letGo();
  }

  close(): void {
    if (this.#subscriptionId !== undefined) this.#session.unsubscribe(this.#subscriptionId);
    this.#letGo();
  }

  #letGo(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #takeUpdate(): void {
    if (this.#subscriptionId === undefined) return;
    const fields = this.#session.takeUpdates(this.#subscriptionId);
    const metadata = metadataOfSample(fields.slice(-SAMPLE_FIELDS));
    if (metadata === null) return;
    this.#labels = metadata.states;
    this.#known = true;
    this.#letGo();
  }
}
