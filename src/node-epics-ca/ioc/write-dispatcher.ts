import { SEVERITY_NUMBERS } from './alarm-severity.js';
import type { DeviceRecord } from './device-record.js';
import { IocError } from './ioc-error.js';
import type { NativeIoc } from './native-ioc.js';
import type { RecordValue } from './record-value.js';
import type { RecordWrite, WriteHandler } from './record-write.js';

/** What a client put. */
type Put = Omit<RecordWrite, 'record' | 'signal'>;

/** Calls the handler for each write, and completes each exactly once with what came of it. */
export class WriteDispatcher {
  readonly #native: NativeIoc;
  readonly #records: readonly DeviceRecord[];
  readonly #handler: WriteHandler;
  readonly #running = new Map<number, RunningWrite>();
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor(native: NativeIoc, records: readonly DeviceRecord[], handler: WriteHandler) {
    this.#native = native;
    this.#records = records;
    this.#handler = handler;
  }

  /** A put arrived. */
  begin(index: number, flight: number, put: Put): void {
    const record = this.#records[index];
    if (record === undefined) throw new IocError('IOC_STATE', `a write to record number ${index}, which doesn't exist`);
    const write = new RunningWrite(record, flight, put);
    if (this.#isClosed) {
      this.#complete(write, closing());
      return;
    }
    this.#running.set(index, write);
    let outcome: Promise<void> | void;
    try {
      outcome = this.#handler(write);
    } catch (error) {
      this.#complete(write, error, true);
      return;
    }
    if (outcome === undefined) {
      this.#complete(write);
      return;
    }
    Promise.resolve(outcome).then(
      () => {
        this.#complete(write);
      },
      (error: unknown) => {
        this.#complete(write, error, true);
      },
    );
  }

  /** 0 was put to a busy record while it was busy. */
  cancel(index: number, flight: number): void {
    const write = this.#running.get(index);
    if (write?.flight === flight)
      write.abort(new DOMException(`${write.record.name}: cancelled by a put of 0`, 'AbortError'));
  }

  /** Abort what is running, refuse what comes, and wait until all handlers are done, at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    for (const write of this.#running.values()) write.abort(closing());
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #complete(write: RunningWrite, error?: unknown, hasFailed = error !== undefined): void {
    if (this.#running.get(write.record.index) === write) this.#running.delete(write.record.index);
    if (hasFailed) this.#native.complete(write.record.index, write.flight, severityOf(error), messageOf(error));
    else this.#native.complete(write.record.index, write.flight, SEVERITY_NUMBERS.NONE, '');
    if (this.#running.size === 0) this.#onIdle?.();
  }
}

class RunningWrite implements RecordWrite {
  readonly record: DeviceRecord;
  readonly flight: number;
  readonly value: RecordValue;
  readonly user: string;
  readonly host: string;
  readonly isShortString: boolean;
  readonly requestText: string | undefined;
  #controller: AbortController | undefined;

  constructor(record: DeviceRecord, flight: number, { value, user, host, isShortString, requestText }: Put) {
    this.record = record;
    this.flight = flight;
    this.value = value;
    this.user = user;
    this.host = host;
    this.isShortString = isShortString;
    this.requestText = requestText;
  }

  /** Made when first asked for: most handlers never do, and it costs more than the put. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

function closing(): IocError {
  return new IocError('IOC_STATE', 'the IOC is shutting down');
}

function severityOf(error: unknown): number {
  const severity: unknown =
    typeof error === 'object' && error !== null && 'severity' in error ? error.severity : undefined;
  return severity === 'MINOR' || severity === 'MAJOR' ? SEVERITY_NUMBERS[severity] : SEVERITY_NUMBERS.INVALID;
}

/** Whatever was thrown; even what has no text must not keep a put from its answer. */
function messageOf(error: unknown): string {
  try {
    const message = String(error instanceof Error ? error.message : error);
    if (message !== '') return message;
  } catch {
    // An object that can't be made a string.
  }
  return 'the write failed without a reason';
}
