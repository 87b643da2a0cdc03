/** How an IOC is made. */
export interface IocOptions {
  /** `EPICS_*` and `PVXS_*` variables, set for the whole process before EPICS reads them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Events that may wait for the JavaScript thread; a write beyond it fails with "too many writes queued". Default 10,000. */
  readonly maxQueuedWrites?: number;
  /** Receives what EPICS has to say while it loads and starts; default: standard error. */
  readonly onMessage?: (line: string) => void;
}

/** How `Ioc.start` works. */
export interface IocStartOptions {
  /** Called when records exist and no client can connect yet: what it posts is the first that clients see. */
  readonly beforeRun?: () => void;
}
