import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateEpics } from 'epics-libs';
import type { DeviceRecord } from './device-record.js';
import type { IocCounters } from './ioc-counters.js';
import { IocError, type IocErrorCode } from './ioc-error.js';
import type { IocOptions, IocStartOptions } from './ioc-options.js';
import { Listeners } from './listeners.js';
import { macroDefinitions } from './macros.js';
import { loadNativeIoc, type NativeEvent, type NativeIoc, type NativeResult } from './native-ioc.js';
import { PostPacker, requireNumberRecords } from './post-packer.js';
import type { PutLogEntry } from './put-log-entry.js';
import type { RecordUpdate } from './record-update.js';
import type { RecordValue } from './record-value.js';
import type { WriteHandler } from './record-write.js';
import type { WatchdogOptions } from './watchdog-options.js';
import { WriteDispatcher } from './write-dispatcher.js';

type State = 'loading' | 'starting' | 'built' | 'running' | 'failed' | 'closing' | 'closed';

const BUSY_DBD = fileURLToPath(new URL('../../ioc/busy.dbd', import.meta.url));
const TRAP_WRITES = fileURLToPath(new URL('../../ioc/trap-writes.acf', import.meta.url));
const STDERR = 2;
const LEAST_WATCH_MS = 80;

/**
 * An EPICS IOC in this process: records, scanning, links, alarms and access security, served over Channel Access and PVAccess.
 *
 * One a process, ever, whichever thread made it: EPICS can't be initialised twice. The IOC doesn't keep the process alive;
 * the application does. All methods are called on the thread that made it.
 */
export class Ioc {
  readonly #native: NativeIoc;
  readonly #packer = new PostPacker();
  readonly #maxQueuedWrites: number;
  readonly #listeners: Listeners;
  readonly #dbdPath: string;
  readonly #deviceType: string;
  #records: readonly DeviceRecord[] = [];
  #state: State = 'loading';
  #hasAccessFile = false;
  #isWatched = false;
  #dispatcher: WriteDispatcher | undefined;
  #closed: Promise<void> | undefined;

  /**
   * Load EPICS with base.dbd, pvxsIoc.dbd, the record type `busy`, and the definitions given.
   * @throws IocError `IOC_ALREADY_CREATED`, `IOC_DATABASE`; EpicsLibsError when EPICS isn't installed
   */
  constructor(options: IocOptions) {
    this.#native = loadNativeIoc();
    if (!this.#native.claim()) {
      throw new IocError('IOC_ALREADY_CREATED', 'this process has, or had, an IOC already: start another process');
    }
    const environment = { PVXS_QSRV_ENABLE: process.env['PVXS_QSRV_ENABLE'] ?? 'YES', ...options.environment };
    for (const [name, value] of Object.entries(environment)) {
      this.#native.setEnvironment(name, value);
      process.env[name] = value;
    }
    this.#maxQueuedWrites = options.maxQueuedWrites ?? 10_000;
    this.#listeners = new Listeners(options);
    const { dbdDirs, notice } = locateEpics();
    this.#dbdPath = dbdDirs.join(':');
    if (notice !== null) this.#listeners.message(notice);
    this.#deviceType = options.deviceType;
    const definitions = options.definitions.map((file) => resolve(file));
    for (const file of ['base.dbd', 'pvxsIoc.dbd', BUSY_DBD, ...definitions]) this.loadDatabase(file);
  }

  /**
   * Load a .dbd file and register the support it names, which must be in a library that is already loaded.
   * @param options.path folders to search before those of EPICS
   * @throws IocError `IOC_DATABASE`, `IOC_STATE`
   */
  loadDatabase(dbdFile: string, options: { readonly path?: readonly string[] } = {}): void {
    this.#require('loading');
    const path = [...(options.path ?? []), this.#dbdPath].join(':');
    this.#accept('IOC_DATABASE', dbdFile, this.#native.loadDatabase(dbdFile, path, ''));
  }

  /**
   * Load records from a .db file.
   * @throws IocError `IOC_DATABASE` with what EPICS says about the file, also when a macro is undefined (in a comment it may be),
   * a record's name is bad, or an address missing
   */
  loadRecords(dbFile: string, macros: Readonly<Record<string, string>> = {}): void {
    this.#require('loading');
    const file = resolve(dbFile);
    this.#accept('IOC_DATABASE', file, this.#native.loadRecords(file, macroDefinitions(macros)));
    const added = this.#native.listDeviceRecords(this.#deviceType).map((record) => {
      const address = record.address.replace(/^@/, '').trim();
      if (address === '') {
        const link = record.direction === 'in' ? 'INP' : 'OUT';
        throw new IocError(
          'IOC_DATABASE',
          `${file}: ${record.name} has DTYP "${this.#deviceType}" but no address: give it ${link} "@…"`,
        );
      }
      return Object.freeze({ ...record, address, file });
    });
    this.#records = [...this.#records, ...added];
  }

  /**
   * Set the access security file. Without one everybody may read and write. Hosts are compared by address, over both protocols: the names
   * of a HAG are looked up when the file is read (`asCheckClientIP`; iocsh's `var asCheckClientIP 0` undoes it for Channel Access).
   * @throws IocError `IOC_ACCESS_SECURITY` when it can't be parsed, `IOC_STATE`
   */
  setAccessSecurity(acfFile: string, macros: Readonly<Record<string, string>> = {}): void {
    this.#require('loading');
    const file = resolve(acfFile);
    this.#accept('IOC_ACCESS_SECURITY', file, this.#native.setAccessSecurity(file, macroDefinitions(macros)));
    this.#hasAccessFile = true;
  }

  /**
   * Whether access security would let a client put to a record of this group: for what the application serves beside records.
   * @param group ASG; one that the access file lacks counts as DEFAULT
   * @param users the client's account, and `role/…` for each of its roles; one that may is enough
   * @param host as the access file has it: a name or address without port
   */
  mayWrite(group: string, users: readonly string[], host: string): boolean {
    this.#require('running', 'closing');
    return this.#native.mayWrite(group, users, host);
  }

  /** Whether the access file names roles: if it doesn't, nobody needs to ask for those of a client. */
  accessNamesRoles(): boolean {
    this.#require('running', 'closing');
    return this.#native.accessNamesRoles();
  }

  /**
   * The groups of records for which the access file has no rules, so that DEFAULT's count for them, or nobody may do anything; each with
   * one of its records.
   */
  recordsWithoutRules(): readonly { readonly group: string; readonly record: string }[] {
    this.#require('loading');
    return this.#native.recordsWithoutRules();
  }

  /** Hosts that the access file names and nobody could look up: it counts for no client. */
  unknownHosts(): readonly string[] {
    this.#require('loading');
    return this.#native.unknownHosts();
  }

  /** All records of the device type loaded so far; `index` is the position. */
  deviceRecords(): readonly DeviceRecord[] {
    return this.#records;
  }

  /**
   * Start serving. Records with PINI are processed, so that the handler may be called before this resolves.
   * @throws IocError `IOC_STATE`, `IOC_START`
   */
  async start(handler: WriteHandler, options: IocStartOptions = {}): Promise<void> {
    this.#require('loading');
    this.#state = 'starting';
    try {
      if (!this.#hasAccessFile) {
        this.#accept('IOC_ACCESS_SECURITY', TRAP_WRITES, this.#native.setAccessSecurity(TRAP_WRITES, ''));
      }
      this.#dispatcher = new WriteDispatcher(this.#native, this.#records, handler);
      this.#native.open((...event) => {
        this.#deliver(event);
      }, this.#maxQueuedWrites);
      this.#accept('IOC_START', 'iocBuild', await this.#native.build());
      this.#state = 'built';
      options.beforeRun?.();
      this.#accept('IOC_START', 'iocRun', await this.#native.run());
      this.#state = 'running';
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  /**
   * Watch whether JavaScript answers, on a native thread, until the IOC closes: when it stands still, clients see it at `record`
   * and the log gets a line. Once, when the program has done what keeps it busy at its start.
   * @throws IocError `IOC_STATE`, `IOC_ARGUMENT`
   */
  watch({ record, limitMs = 2000, line = '', onAnswer }: WatchdogOptions): void {
    this.#require('running');
    if (this.#isWatched) throw new IocError('IOC_STATE', 'the IOC is watched already');
    if (limitMs < LEAST_WATCH_MS) {
      throw new IocError('IOC_ARGUMENT', `limitMs is ${limitMs}, and must be at least ${LEAST_WATCH_MS}`);
    }
    this.#isWatched = true;
    this.#native.watch(record?.index ?? -1, limitMs, line, STDERR, (stalledMs) => {
      this.#listeners.tell(() => onAnswer?.(stalledMs));
    });
  }

  /**
   * Publish values. One native call for the batch; each record is processed: alarms, deadbands, monitors, forward links. A
   * post to an `out` record sets its value without calling the handler; while a write to it is under way it is applied after
   * that (a busy record that is busy takes only the alarm and the time).
   * @throws IocError `RECORD_VALUE_TYPE`, `RECORD_VALUE_RANGE`, `RECORD_VALUE_TOO_LONG` before anything is posted; `IOC_STATE`
   */
  post(updates: readonly RecordUpdate[]): void {
    this.#require('built', 'running', 'closing');
    this.#packer.post(this.#native, updates);
  }

  /**
   * Publish numbers only, faster than {@link post}: of ai, ao, longin, longout, bi, bo, mbbi, mbbo and busy records.
   * @param prepared from {@link prepareNumbers}
   * @param values not checked: a value that its record can't hold is converted as C does
   */
  postNumbers(prepared: Uint32Array, values: Float64Array, timeMs = NaN): void {
    this.#require('built', 'running', 'closing');
    this.#native.postNumbers(prepared, values, timeMs);
  }

  /** @throws IocError `RECORD_VALUE_TYPE` when a record doesn't hold a plain number */
  prepareNumbers(records: readonly DeviceRecord[]): Uint32Array {
    requireNumberRecords(records);
    return Uint32Array.from(records, (record) => record.index);
  }

  /** The record's value now. An array is a copy. */
  readRecord(record: DeviceRecord): RecordValue {
    this.#require('built', 'running', 'closing');
    return this.#native.readRecord(record.index);
  }

  /**
   * Any field as text: long strings whole, doubles with all digits, enums and menus by label.
   * @param name "RECORD.FIELD", or "RECORD" for its VAL
   * @throws IocError `IOC_FIELD`
   */
  getField(name: string): string {
    this.#require('built', 'running', 'closing');
    return withIocErrors(() => this.#native.getField(name));
  }

  /**
   * Put text to any field, as a client would: the record is processed if the field says so. Numbers are decimal.
   * @throws IocError `IOC_FIELD`
   */
  putField(name: string, value: string): void {
    this.#require('built', 'running', 'closing');
    withIocErrors(() => {
      this.#native.putField(name, value);
    });
  }

  /**
   * Run one iocsh command on a thread. What it prints goes to standard output. dbLoadRecords is checked as {@link loadRecords}
   * is; dbLoadTemplate isn't, and a bad name of a record ends the process there.
   * @throws IocError `IOC_COMMAND` when it doesn't exist or fails
   */
  async execute(line: string): Promise<void> {
    const result = await this.#native.execute(line);
    if (result.status === 0 && !/^(ERROR|Command .* not found)/m.test(result.text)) {
      this.#listeners.message(result.text);
      return;
    }
    throw new IocError('IOC_COMMAND', `iocsh "${line}": ${result.text.trim() || `status ${result.status}`}`);
  }

  /**
   * The interactive iocsh prompt on standard input, on a thread. `exit` ends the prompt, not the process.
   * @returns its status, at `exit` or the end of the input
   */
  async shell(): Promise<number> {
    return (await this.#native.shell()).status;
  }

  counters(): IocCounters {
    return this.#native.counters();
  }

  /**
   * Hear of every put by a client to any field. An access file must trap writes (TRAPWRITE) for it.
   * @returns a function that ends it
   */
  onPut(listener: (put: PutLogEntry) => void): () => void {
    this.#listeners.addPut(listener);
    this.#native.reportPuts(true);
    return () => {
      this.#native.reportPuts(this.#listeners.removePut(listener));
    };
  }

  /**
   * Stop: refuse further writes, abort the signals of those under way, wait for their handlers, fail what is left, send all
   * answers, stop the servers. Idempotent.
   * @param options.graceMs how long handlers may take, default 2000
   */
  close(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(options.graceMs ?? 2000);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    const wasStarted = this.#state !== 'loading';
    this.#state = 'closing';
    if (wasStarted) {
      this.#native.refuseWrites();
      await this.#dispatcher?.close(graceMs);
      this.#listeners.message((await this.#native.shutDown('the IOC is shutting down')).text);
    }
    this.#state = 'closed';
  }

  #deliver(event: NativeEvent): void {
    switch (event[0]) {
      case 0:
        this.#dispatcher?.begin(event[1], event[2], {
          value: event[3],
          user: event[4],
          host: event[5],
          isShortString: event[6],
          requestText: event[7],
        });
        break;
      case 1:
        this.#dispatcher?.cancel(event[1], event[2]);
        break;
      case 2:
        this.#listeners.put({
          record: event[1],
          field: event[2],
          value: event[3],
          user: event[4],
          host: event[5],
          refusal: event[6],
        });
        break;
      case 3:
        this.#listeners.message(event[1]);
        break;
    }
  }

  #accept(code: IocErrorCode, subject: string, result: NativeResult): void {
    if (result.status !== 0) {
      throw new IocError(code, `${subject}: ${result.text.trim() || `EPICS refuses it (status ${result.status})`}`);
    }
    this.#listeners.message(result.text);
  }

  #require(...states: readonly State[]): void {
    if (states.includes(this.#state)) return;
    throw new IocError('IOC_STATE', `the IOC is ${this.#state}: this needs it ${states.join(' or ')}`);
  }
}

function withIocErrors<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'IOC_FIELD') {
      throw new IocError('IOC_FIELD', error.message, { cause: error });
    }
    throw error;
  }
}
