import type { ServiceHealth, ServiceName } from '../data-management.js';

const SERVICES: readonly ServiceName[] = ['DS', 'DAQ', 'CAT', 'PROC'];
/** How often a mere contact is worth an event. */
const CONTACT_EVENT_MS = 10_000;

interface UrlState {
  readonly service: ServiceName;
  connected: boolean;
  lastContactMs: number | null;
  lastError: string | null;
  /** Replies since the last good one that were none of DM's. */
  strangeReplies: number;
}

export interface ServiceBoardEvents {
  changed(health: ServiceHealth): void;
  /** Something went wrong at a URL: what is known of it should be looked at again. */
  doubted(url: string): void;
  /** A URL answers again. */
  recovered(url: string): void;
}

/** What is known of each service. A service of several URLs is connected when all of them are. */
export class ServiceBoard {
  readonly #states = new Map<string, UrlState>();
  readonly #events: ServiceBoardEvents;
  readonly #told = new Map<ServiceName, ServiceHealth>();

  constructor(urls: readonly (readonly [ServiceName, string])[], events: ServiceBoardEvents) {
    for (const [service, url] of urls) {
      this.#states.set(key(service, url), {
        service,
        connected: false,
        lastContactMs: null,
        lastError: null,
        strangeReplies: 0,
      });
    }
    this.#events = events;
  }

  /** The service has answered a call that needed a session. */
  contact(service: ServiceName, url: string): void {
    const state = this.#states.get(key(service, url));
    if (state === undefined) return;
    const recovered = !state.connected && state.lastError !== null;
    state.connected = true;
    state.strangeReplies = 0;
    state.lastContactMs = Date.now();
    this.#tell(service);
    if (recovered) this.#events.recovered(url);
  }

  failure(service: ServiceName, url: string, reason: string): void {
    const state = this.#states.get(key(service, url));
    if (state === undefined) return;
    const lost = state.connected;
    state.connected = false;
    state.lastError = reason;
    this.#tell(service);
    if (lost) this.doubt(url);
  }

  /** A reply that can't be understood: one is the fault of its call, several without a good one between are an outage. */
  strangeReply(service: ServiceName, url: string, reason: string): void {
    const state = this.#states.get(key(service, url));
    if (state === undefined) return;
    state.strangeReplies += 1;
    if (state.strangeReplies > 1) state.connected = false;
    state.lastError = reason;
    this.#tell(service);
  }

  /** A failure of one call that says nothing of its service. */
  failedCall(service: ServiceName, url: string, reason: string): void {
    const state = this.#states.get(key(service, url));
    if (state === undefined) return;
    state.lastError = reason;
    this.#tell(service);
  }

  doubt(url: string): void {
    this.#events.doubted(url);
  }

  isConnected(service: ServiceName, url: string): boolean {
    return this.#states.get(key(service, url))?.connected === true;
  }

  lastContactMs(service: ServiceName, url: string): number {
    return this.#states.get(key(service, url))?.lastContactMs ?? 0;
  }

  health(): ServiceHealth[] {
    return SERVICES.map((service) => this.#of(service));
  }

  #of(service: ServiceName): ServiceHealth {
    const states = [...this.#states.values()].filter((state) => state.service === service);
    const down = states.find((state) => !state.connected && state.lastError !== null);
    const contacts = states.flatMap((state) => state.lastContactMs ?? []);
    return {
      service,
      connected: states.every((state) => state.connected),
      lastContactMs: contacts.length > 0 ? Math.max(...contacts) : null,
      lastError: (down ?? states.find((state) => state.lastError !== null))?.lastError ?? null,
    };
  }

  #tell(service: ServiceName): void {
    const health = this.#of(service);
    const told = this.#told.get(service);
    const same = told?.connected === health.connected && told.lastError === health.lastError;
    if (same && (health.lastContactMs ?? 0) - (told.lastContactMs ?? 0) < CONTACT_EVENT_MS) return;
    this.#told.set(service, health);
    this.#events.changed(health);
  }
}

function key(service: ServiceName, url: string): string {
  return `${service} ${url}`;
}
