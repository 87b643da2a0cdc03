/** A PV's value as both protocols give it. */
export interface PvReading {
  readonly value: unknown;
  readonly severity: 'NONE' | 'MINOR' | 'MAJOR' | 'INVALID' | 'UNDEFINED';
  /** Alarm message; Channel Access has none. */
  readonly message: string;
  readonly timeMs: number | null;
}

/** Reading and writing PVs by one of the protocols. */
export interface PvAccess {
  get(pv: string, timeoutMs: number): Promise<PvReading>;
  /** @param wait until what the put started is done; without time limit */
  put(pv: string, value: string, wait: boolean, timeoutMs: number): Promise<void>;
  /** null: the connection is lost. */
  monitor(pv: string, signal: AbortSignal): AsyncIterable<PvReading | null>;
  close(): Promise<void>;
}

/**
 * Search addresses for a client: those of the environment, or the usual ones and this host, where the IOC listens unless it is told
 * otherwise.
 */
export function clientEnvironment(protocol: 'CA' | 'PVA'): Record<string, string> {
  const name = `EPICS_${protocol}_ADDR_LIST`;
  return (process.env[name] ?? '') === '' ? { [name]: '127.0.0.1' } : {};
}

/** All settings of a PVA client. */
export function pvaClientEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[0].startsWith('EPICS_PVA_') && entry[1] !== undefined,
  );
  return { ...Object.fromEntries(entries), ...clientEnvironment('PVA') };
}
