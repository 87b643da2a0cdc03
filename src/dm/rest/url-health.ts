import type { ServiceName } from '../data-management.js';

/** Calls that fail within this time of each other may be one mishap: a connection that they shared. */
const ONE_MISHAP_MS = 1_000;

export interface UrlHealthEvents {
  /** Something is known anew. */
  changed(service: ServiceName): void;
  /** A command's fate is not known: what is known of its service should be looked at again. */
  doubted(url: string): void;
  /** A call failed: is its service still there? */
  suspected(url: string): void;
  /** A URL answers again; after a silence, or after calls that failed. */
  recovered(url: string, wasSilent: boolean): void;
}

/**
 * What is known of a service at one of its URLs. One failed call is no outage: it is disconnected when another fails after it without
 * a good one between, or when it gives no sign of life.
 */
export class UrlHealth {
  readonly service: ServiceName;
  readonly url: string;
  readonly #events: UrlHealthEvents;
  #connected = false;
  #lastContactMs: number | null = null;
  #lastHeardMs = 0;
  #lastError: string | null = null;
  /** When the first call failed since the last good one. */
  #suspectSinceMs: number | null = null;
  /** Replies since the last good one that were none of DM's. */
  #strangeReplies = 0;
  /** It gave no sign of life when it was last asked for one. */
  #isSilent = false;

  constructor(service: ServiceName, url: string, events: UrlHealthEvents) {
    this.service = service;
    this.url = url;
    this.#events = events;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** When the service answered a call last; null: it never did. */
  get lastContactMs(): number | null {
    return this.#lastContactMs;
  }

  /** When the service last answered anything, also to a mere call for a sign of life. */
  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  get lastError(): string | null {
    return this.#lastError;
  }

  /** The service has answered a call that needed a session. */
  contact(): void {
    const recovered = !this.#connected && this.#lastError !== null;
    const wasSilent = this.#isSilent;
    this.#connected = true;
    this.#suspectSinceMs = null;
    this.#strangeReplies = 0;
    this.#isSilent = false;
    this.#lastContactMs = this.#lastHeardMs = Date.now();
    this.#events.changed(this.service);
    if (recovered) this.#events.recovered(this.url, wasSilent);
  }

  /** A call failed in a way that may mean an outage. */
  failure(reason: string): void {
    const nowMs = Date.now();
    const isFirst = this.#connected && this.#suspectSinceMs === null;
    this.#suspectSinceMs ??= nowMs;
    this.#fail(reason, nowMs - this.#suspectSinceMs >= ONE_MISHAP_MS);
    if (isFirst) this.#events.suspected(this.url);
  }

  /** A reply that can't be understood: one is the fault of its call, several without a good one between are an outage. */
  strangeReply(reason: string): void {
    this.#strangeReplies += 1;
    this.#fail(reason, this.#strangeReplies > 1);
  }

  /** A failure of one call that says nothing of its service. */
  failedCall(reason: string): void {
    this.#fail(reason, false);
  }

  /** Something answers at the URL, whether or not it would answer a call. */
  alive(): void {
    const wasSilent = this.#isSilent;
    this.#isSilent = false;
    this.#lastHeardMs = Date.now();
    if (wasSilent) this.#events.recovered(this.url, wasSilent);
  }

  /** The service gives no sign of life. */
  silent(reason: string): void {
    this.#isSilent = true;
    this.#fail(reason, true);
  }

  /** A command was sent, and its reply is lost. */
  doubt(): void {
    this.#events.doubted(this.url);
  }

  #fail(reason: string, isOutage: boolean): void {
    if (isOutage) this.#connected = false;
    this.#lastError = reason;
    this.#events.changed(this.service);
  }
}
