/** How an IOC is made. */
export interface IocOptions {
  /**
   * Paths of .dbd files beyond base.dbd, pvxsIoc.dbd and the one of the record type `busy`. They declare which record types have
   * device support here, such as `device(ao, INST_IO, devNodeAo, "motor")`; its name is devNode and the record type's.
   */
  readonly definitions: readonly string[];
  /** The DTYP that these give to it, such as `motor`. */
  readonly deviceType: string;
  /** `EPICS_*` and `PVXS_*` variables, set for the whole process before EPICS reads them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Events that may wait for the JavaScript thread; a write beyond it fails with "too many writes queued". Default 10,000. */
  readonly maxQueuedWrites?: number;
  /** Receives what EPICS has to say, line by line; default: standard error. */
  readonly onMessage?: (line: string) => void;
  /** Receives what a listener threw, for which nobody waits; default: a warning of the process. */
  readonly onError?: (error: unknown) => void;
}

/** How `Ioc.start` works. */
export interface IocStartOptions {
  /** Called when records exist and no client can connect yet: what it posts is the first that clients see. */
  readonly beforeRun?: () => void;
}
