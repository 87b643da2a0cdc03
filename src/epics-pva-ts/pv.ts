import { type ExecOpHandle, pvxs, type SharedPvHandle, type ValueHandle } from 'node-pvxs';
import { type Alarm, alarmFieldsOf } from './alarm.js';
import { checkOptions, type OptionNames } from './check-options.js';
import { type ClientRequest, clientRequest } from './client-request.js';
import { PendingRequests } from './pending-requests.js';
import { PvaError } from './pva-error.js';
import type { PvType, RawFields } from './pv-type.js';
import { timeStampOf } from './time-stamp.js';

/** What goes with a post. */
export interface PostOptions {
  /** Default: the alarm stays as it is; `{ severity: 'NONE' }` clears it. */
  readonly alarm?: Alarm | undefined;
  /** Time of the value, ms since the Unix epoch; default now. */
  readonly timeMs?: number | undefined;
}

/** A client's put. */
export interface PutRequest<Value> extends ClientRequest {
  /** The PV's value as it would be after the put, as of when it is read first: of a large structure, `sent` costs less. */
  readonly value: Value;
  /** What the client sent and no more, as it is in PVAccess and as `postFields` takes it. */
  readonly sent: RawFields;
  /** Paths of the fields the client sent, such as `value` or `alarm.severity`. */
  readonly changed: readonly string[];
}

/** Accepts or refuses a put. What it gives is posted (`put.value`: what the client sent), nothing if it gives nothing;
 * what it throws is the client's error. The client waits until then. */
export type PutHandler<Value, Input> = (put: PutRequest<Value>) => Input | undefined | Promise<Input | undefined>;

/** How a PV is served. */
export interface PvOptions<Value, Input> {
  readonly initial?: Input | undefined;
  readonly alarm?: Alarm | undefined;
  /** Human-readable description: the field `descriptor`, or `display.description`. */
  readonly descriptor?: string | undefined;
  /** Default: puts are refused with PVA_READ_ONLY. */
  readonly onPut?: PutHandler<Value, Input> | PutHandler<Value, never> | undefined;
  /** Until a put that isn't answered fails with PVA_TIMEOUT; default no limit. */
  readonly putTimeoutMs?: number | undefined;
}

const POST = { alarm: true, timeMs: true } as const satisfies OptionNames<PostOptions>;
const ADD = {
  initial: true,
  alarm: true,
  descriptor: true,
  onPut: true,
  putTimeoutMs: true,
} as const satisfies OptionNames<PvOptions<never, never>>;

/** A PV served under one name. `Value` is what it reads, `Input` what it posts. */
export class Pv<Value, Input> {
  readonly name: string;
  readonly #type: PvType<Value, Input>;
  readonly #handle: SharedPvHandle = pvxs.sharedPvBuildReadonly();
  readonly #prototype: ValueHandle;
  readonly #pending = new PendingRequests();
  readonly #hasAlarm: boolean;
  readonly #hasTimeStamp: boolean;
  #encoder: ((input: Input) => RawFields) | null;
  #remove: (() => void) | null = null;

  /** @internal Use PvaServer.add(). */
  constructor(name: string, type: PvType<Value, Input>, options: PvOptions<Value, Input>) {
    checkOptions(`add ${name}`, options, ADD);
    this.name = name;
    this.#type = type;
    this.#encoder = type.encoder(null);
    const members = new Map(type.descriptor.members.map((member) => [member.name, member]));
    this.#hasAlarm = members.has('alarm');
    this.#hasTimeStamp = members.has('timeStamp');
    this.#prototype = pvxs.valueCreate(type.descriptor);
    const initial = pvxs.valueCloneEmpty(this.#prototype);
    this.#guard(() => {
      pvxs.valueAssign(initial, type.initial);
      if (options.descriptor !== undefined) {
        if (members.has('descriptor')) pvxs.valueAssign(initial, { descriptor: options.descriptor });
        else if (members.has('display')) pvxs.valueAssign(initial, { 'display.description': options.descriptor });
      }
      const fields = options.initial === undefined ? {} : this.#encode(options.initial);
      this.#assign(initial, fields, { alarm: options.alarm });
      // Clients take what isn't marked for absent: an array that was never posted would have no type.
      pvxs.valueMark(initial, '', true);
      pvxs.sharedPvOpen(this.#handle, initial);
    });
    this.#serve(options);
  }

  /**
   * Publish a new value, or part of one. Fields not given stay as they are and aren't sent. Each client gets every
   * change as fast as it can take it, and always the last.
   * @throws PvaError `PVA_TYPE` when it doesn't fit (nothing is posted), `PVA_CLOSED`
   */
  post(input: Input, options: PostOptions = {}): void {
    try {
      checkOptions('post', options, POST);
      this.#post(this.#encode(input), options);
    } catch (error) {
      this.#encoder = null;
      throw PvaError.from(error, this.name);
    }
  }

  /** Publish fields of the PV's structure as they are in PVAccess, such as `{ 'display.units': 'mm' }`.
   * @throws PvaError as {@link Pv.post} */
  postFields(fields: RawFields, options: PostOptions = {}): void {
    // What the encoder remembers isn't the present value any more.
    this.#encoder = null;
    this.#guard(() => {
      checkOptions('postFields', options, POST);
      this.#post(fields, options);
    });
  }

  /** The present value. @throws PvaError `PVA_CLOSED` */
  get(): Value {
    return this.#type.decode(this.getFields());
  }

  /** The present content of all fields as they are in PVAccess. @throws PvaError `PVA_CLOSED` */
  getFields(): RawFields {
    return this.#guard(() => pvxs.valueToJs(pvxs.sharedPvFetch(this.#handle), false) as RawFields);
  }

  get isOpen(): boolean {
    return pvxs.sharedPvIsOpen(this.#handle);
  }

  /** Stop serving the PV: clients are disconnected, puts under way fail with PVA_CLOSED. */
  close(): void {
    this.#pending.close();
    pvxs.sharedPvOnPut(this.#handle, null);
    pvxs.sharedPvClose(this.#handle);
    this.#remove?.();
    this.#remove = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  attach(add: (handle: SharedPvHandle) => void, remove: () => void): void {
    this.#guard(() => {
      add(this.#handle);
    });
    this.#remove = remove;
  }

  #serve(options: PvOptions<Value, Input>): void {
    const onPut = options.onPut;
    pvxs.sharedPvOnPut(this.#handle, (op, value) => {
      void this.#pending.answer(op, options.putTimeoutMs, async (signal) => {
        if (!onPut) throw new PvaError('PVA_READ_ONLY', `${this.name} takes no puts`, { pvName: this.name });
        await this.#put(op, value, signal, onPut);
        return null;
      });
    });
  }

  async #put(
    op: ExecOpHandle,
    sent: ValueHandle,
    signal: AbortSignal,
    onPut: PutHandler<Value, Input> | PutHandler<Value, never>,
  ): Promise<void> {
    const changes = pvxs.valueToJs(sent, true) as RawFields;
    const changed = pvxs.valueMarked(sent);
    let whole: RawFields | undefined;
    const merged = (): RawFields => (whole ??= this.#merged(changes));
    this.#type.checkPut?.(merged(), changed);
    const decode = (): Value => this.#type.decode(merged());
    let read: { readonly value: Value } | undefined;
    const client = clientRequest(op, signal);
    const { peer, account, method, roles } = client;
    const request: PutRequest<Value> = {
      peer,
      account,
      method,
      roles,
      signal,
      changed,
      sent: changes,
      get options() {
        return client.options;
      },
      get value() {
        return (read ??= { value: decode() }).value;
      },
    };
    const accepted = await onPut(request);
    if (signal.aborted || accepted === undefined) return;
    // What the client sent is accepted as it is: other fields needn't be posted.
    if (read !== undefined && Object.is(accepted, read.value)) this.postFields(changes);
    else this.post(accepted);
  }

  /** All fields as they would be after a put of some. */
  #merged(changes: RawFields): RawFields {
    const whole = pvxs.sharedPvFetch(this.#handle);
    pvxs.valueAssign(whole, changes);
    return pvxs.valueToJs(whole, false) as RawFields;
  }

  #encode(input: Input): RawFields {
    this.#encoder ??= this.#type.encoder(this.get());
    return this.#encoder(input);
  }

  #post(fields: RawFields, options: PostOptions): void {
    const value = pvxs.valueCloneEmpty(this.#prototype);
    this.#assign(value, fields, options);
    pvxs.sharedPvPost(this.#handle, value);
    pvxs.valueDispose(value);
  }

  #assign(value: ValueHandle, fields: RawFields, options: PostOptions): void {
    const isTimed = this.#hasTimeStamp && (options.timeMs !== undefined || fields['timeStamp'] === undefined);
    pvxs.valueAssign(value, {
      ...fields,
      ...(options.alarm && this.#hasAlarm ? { alarm: alarmFieldsOf(options.alarm) } : {}),
      ...(isTimed ? { timeStamp: timeStampOf(options.timeMs ?? Date.now()) } : {}),
    });
  }

  #guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw PvaError.from(error, this.name);
    }
  }
}
