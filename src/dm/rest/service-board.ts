import { SERVICE_NAMES, type ServiceHealth, type ServiceName } from '../data-management.js';
import { UrlHealth, type UrlHealthEvents } from './url-health.js';

/** How often a mere contact is worth an event. */
const CONTACT_EVENT_MS = 10_000;

export interface ServiceBoardEvents extends Omit<UrlHealthEvents, 'changed'> {
  changed(health: ServiceHealth): void;
}

/** What is known of each service. A service of several URLs is connected when all of them are. */
export class ServiceBoard {
  /** Each once, however often it is configured. */
  readonly urls: readonly UrlHealth[];
  readonly #events: ServiceBoardEvents;
  readonly #told = new Map<ServiceName, ServiceHealth>();

  constructor(urls: readonly (readonly [ServiceName, string])[], events: ServiceBoardEvents) {
    this.#events = events;
    const changed = (service: ServiceName): void => {
      this.#tell(service);
    };
    const distinct = new Map(urls.map((pair) => [pair.join(' '), pair]));
    this.urls = [...distinct.values()].map(([service, url]) => new UrlHealth(service, url, { ...events, changed }));
  }

  health(): ServiceHealth[] {
    return SERVICE_NAMES.map((service) => this.#of(service));
  }

  #of(service: ServiceName): ServiceHealth {
    const urls = this.urls.filter((url) => url.service === service);
    const down = urls.find(({ connected, lastError }) => !connected && lastError !== null);
    const contacts = urls.flatMap(({ lastContactMs }) => lastContactMs ?? []);
    return {
      service,
      connected: urls.every(({ connected }) => connected),
      lastContactMs: contacts.length > 0 ? Math.max(...contacts) : null,
      lastError: (down ?? urls.find(({ lastError }) => lastError !== null))?.lastError ?? null,
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
