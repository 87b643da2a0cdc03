/** A PV's value as both protocols give it. */
export interface PvReading {
  readonly value: unknown;
  readonly severity: 'NONE' | 'MINOR' | 'MAJOR' | 'INVALID' | 'UNDEFINED';
  /** Alarm message; Channel Access has none. */
  readonly message: string;
  readonly timeMs: number | null;
  /** Engineering units; empty: none. */
  readonly units?: string;
  /** Digits after the point, for display; 0 also when nobody has said. */
  readonly precision?: number;
}

/** Reading and writing PVs by one of the protocols. */
export interface PvAccess {
  get(pv: string, timeoutMs: number): Promise<PvReading>;
  /** @param wait until what the put started is done; without time limit */
  put(pv: string, value: string, wait: boolean, timeoutMs: number): Promise<void>;
  /** @param onLost the connection is lost; the next reading says that it is back */
  monitor(pv: string, signal: AbortSignal, onLost: () => void): AsyncIterable<PvReading>;
  close(): Promise<void>;
}
