import { SERVICE_NAMES, type ServiceHealth, type ServiceName } from '../data-management.js';

/** How often a mere contact is worth an event. */
const CONTACT_EVENT_MS = 10_000;
/** Calls that fail within this time of each other may be one mishap: a connection that they shared. */
const ONE_MISHAP_MS = 1_000;

interface UrlState {
  readonly service: ServiceName;
  connected: boolean;
  lastContactMs: number | null;
  /** When something was last heard of the service, be it a mere sign of life. */
  lastHeardMs: number;
  lastError: string | null;
  /** When the first call failed since the last good one. */
  suspectSinceMs: number | null;
  /** Replies since the last good one that were none of DM's. */
  strangeReplies: number;
  /** It gave no sign of life when it was last asked for one. */
  isSilent: boolean;
}

export interface ServiceBoardEvents {
  changed(health: ServiceHealth): void;
  /** A command's fate is not known: what is known of its service should be looked at again. */
  doubted(url: string): void;
  /** A call failed: is its service still there? */
  suspected(url: string): void;
  /** A URL answers again; after a silence, or after calls that failed. */
  recovered(url: string, wasSilent: boolean): void;
}

/**
 * What is known of each service. A service of several URLs is connected when all of them are. One failed call is no outage: the service is
 * disconnected when another fails after it without a good one between, or when it gives no sign of life.
 */
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
        lastHeardMs: 0,
        lastError: null,
        suspectSinceMs: null,
        strangeReplies: 0,
        isSilent: false,
      });
    }
    this.#events = events;
  }

  /** The service has answered a call that needed a session. */
  contact(service: ServiceName, url: string): void {
    const state = this.#states.get(key(service, url));
    if (state === undefined) return;
    const recovered = !state.connected && state.lastError !== null;
    const wasSilent = state.isSilent;
    Object.assign(state, { connected: true, suspectSinceMs: null, strangeReplies: 0, isSilent: false });
    state.lastContactMs = state.lastHeardMs = Date.now();
    this.#tell(service);
    if (recovered) this.#events.recovered(url, wasSilent);
  }

  /** A call failed in a way that may mean an outage. */
  failure(service: ServiceName, url: string, reason: string): void {
    const state = this.#states.get(key(service, url));
    if (state === undefined) return;
    const nowMs = Date.now();
    const isFirst = state.connected && state.suspectSinceMs === null;
    state.suspectSinceMs ??= nowMs;
    if (nowMs - state.suspectSinceMs >= ONE_MISHAP_MS) state.connected = false;
    state.lastError = reason;
    this.#tell(service);
    if (isFirst) this.#events.suspected(url);
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

  /** Something answers at the URL, whether or not it would answer a call. */
  alive(service: ServiceName, url: string): void {
    const state = this.#states.get(key(service, url));
    if (state === undefined) return;
    const wasSilent = state.isSilent;
    state.isSilent = false;
    state.lastHeardMs = Date.now();
    if (wasSilent) this.#events.recovered(url, wasSilent);
  }

  /** The service gives no sign of life. */
  silent(service: ServiceName, url: string, reason: string): void {
    const state = this.#states.get(key(service, url));
    if (state === undefined) return;
    Object.assign(state, { connected: false, isSilent: true, lastError: reason });
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

  /** When the service last answered anything, also to a mere call for a sign of life. */
  lastHeardMs(service: ServiceName, url: string): number {
    return this.#states.get(key(service, url))?.lastHeardMs ?? 0;
  }

  health(): ServiceHealth[] {
    return SERVICE_NAMES.map((service) => this.#of(service));
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
