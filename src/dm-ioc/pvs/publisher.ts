import { IocError, type DeviceRecord, type RecordUpdate } from 'node-epics-ca';
import type { Alarm, Plain, Shown } from '../registry/signal.js';
import type { InputState, State } from '../state/state.js';
import type { Store } from '../state/store.js';
import type { Binding } from './binding.js';
import { toRecordValue } from './record-value.js';

/** The part of `Ioc` that publishing needs. */
export interface RecordPort {
  post(updates: readonly RecordUpdate[]): void;
}

interface Published {
  readonly binding: Binding;
  value: Plain | undefined;
  alarm: Alarm;
}

const NO_ALARM: Alarm = { severity: 'NONE' };

/** Bindings that look at the same part of the state; skipped whole while that part is the same. */
interface Group {
  readonly slice: (state: State) => unknown;
  readonly entries: Published[];
  seen: unknown;
}

/**
 * The only writer of the records: after each change of the state it posts, in one batch for all that happened at once, the records whose
 * value or alarm is another one.
 */
export class Publisher {
  readonly #port: RecordPort;
  readonly #store: Store;
  readonly #groups: readonly Group[];
  readonly #byRecord: ReadonlyMap<number, Published>;
  readonly #commands: readonly DeviceRecord[];
  readonly #onError: (error: unknown) => void;
  #health: State['health'] | undefined;
  #isScheduled = false;
  #unsubscribe: (() => void) | undefined;

  constructor(port: RecordPort, store: Store, bindings: readonly Binding[], onError: (error: unknown) => void) {
    this.#port = port;
    this.#store = store;
    this.#onError = onError;
    const groups = new Map<string, Group>();
    const byRecord = new Map<number, Published>();
    const commands: DeviceRecord[] = [];
    for (const binding of bindings) {
      const { address, record, signal, slice } = binding;
      if (signal.kind === 'command') {
        commands.push(record);
        if (signal.alarm === undefined) continue;
      }
      const name = `${address.area}[${address.key ?? ''}]`;
      const group = groups.get(name) ?? { slice, entries: [], seen: undefined };
      groups.set(name, group);
      const entry: Published = { binding, value: undefined, alarm: NO_ALARM };
      group.entries.push(entry);
      byRecord.set(record.index, entry);
    }
    this.#groups = [...groups.values()];
    this.#byRecord = byRecord;
    this.#commands = commands;
  }

  /** Publish now and from now on. Commands are told once that they are idle, else they would begin undefined. */
  start(): void {
    this.#unsubscribe = this.#store.subscribe(() => {
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      queueMicrotask(() => {
        this.#flushScheduled();
      });
    });
    if (this.#commands.length > 0) {
      this.#port.post(this.#commands.map((record) => ({ record, value: 0, severity: 'NONE' })));
    }
    this.flush();
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#isScheduled = false;
  }

  #flushScheduled(): void {
    if (!this.#isScheduled) return;
    try {
      this.flush();
    } catch (error) {
      this.#onError(error);
    }
  }

  /** The record holds this already (a client put it), so it needs no post. */
  holds(record: DeviceRecord, value: Plain): void {
    const entry = this.#byRecord.get(record.index);
    if (entry !== undefined) entry.value = value;
  }

  /** The record must not go on showing what was put: it gets the last good value back, and keeps its alarm. */
  restore(record: DeviceRecord): void {
    const entry = this.#byRecord.get(record.index);
    const group = this.#groups.find(({ entries }) => entry !== undefined && entries.includes(entry));
    if (entry === undefined || group === undefined) return;
    const { signal } = entry.binding;
    if (signal.kind !== 'setpoint') return;
    const value = signal.read(group.slice(this.#store.state));
    entry.value = value;
    this.#port.post([{ record, value: toRecordValue(record, signal, value) }]);
  }

  /** What was put to a setpoint was refused after all, or, without a reason, is no longer: its alarm comes or goes without a put. */
  setRefusal(record: DeviceRecord, reason: string | null): void {
    this.#port.post([{ record, ...(reason === null ? NO_ALARM : { severity: 'INVALID', message: reason }) }]);
  }

  /** Post what has changed, at once: before a put is answered, its outcome must be readable. */
  flush(): void {
    this.#isScheduled = false;
    const { state } = this.#store;
    const isHealthNews = state.health !== this.#health;
    this.#health = state.health;
    const updates: RecordUpdate[] = [];
    const states: RecordUpdate[] = [];
    for (const group of this.#groups) {
      const slice = group.slice(state);
      if (slice === group.seen && !isHealthNews) continue;
      group.seen = slice;
      for (const entry of group.entries) {
        try {
          const update = changeOf(entry, slice, state);
          if (update !== undefined) (isState(entry) ? states : updates).push(update);
        } catch (error) {
          this.#onError(error);
        }
      }
    }
    const all = [...updates, ...states];
    if (all.length > 0) this.#post(all);
  }

  /** A value that its record can't hold keeps no other from being posted: then nothing of the batch was. */
  #post(updates: readonly RecordUpdate[]): void {
    try {
      this.#port.post(updates);
    } catch (error) {
      if (!(error instanceof IocError && error.code.startsWith('RECORD_VALUE'))) throw error;
      if (updates.length === 1) this.#onError(error);
      else for (const update of updates) this.#post([update]);
    }
  }
}

function withService(entry: Published, shown: Shown, state: State): Shown {
  const { signal } = entry.binding;
  if (signal.kind !== 'reading' || signal.service === undefined) return shown;
  const health = state.health[signal.service];
  if (health.connected) return shown;
  return {
    value: entry.value ?? shown.value,
    severity: 'INVALID',
    status: 'COMM',
    message: `no ${health.service}: ${health.lastError ?? 'not connected'}`,
  };
}

/** Shows one of several states, and is posted last: whoever has waited for a state reads the numbers and texts that belong to it. */
function isState({ binding: { signal } }: Published): boolean {
  return signal.kind !== 'command' && (signal.valueKind === 'choice' || signal.valueKind === 'boolean');
}

/** A record whose put was refused keeps what was put, and its alarm, until a good put. */
function isRefused(slice: unknown, input: string): boolean {
  return (slice as Partial<InputState<unknown>>).refused?.[input] !== undefined;
}

/** True when the alarm is another one than before. */
function takeAlarm(entry: Published, { severity = 'NONE', status = 'STATE', message = '' }: Alarm): boolean {
  const known = entry.alarm;
  const next = severity === 'NONE' ? NO_ALARM : { severity, status, message };
  entry.alarm = next;
  return known.severity !== next.severity || known.status !== next.status || known.message !== next.message;
}

/** True when the value is another one than before. */
function takeValue(entry: Published, value: Plain): boolean {
  const isSame = Object.is(value, entry.value);
  entry.value = value;
  return !isSame;
}

function changeOf(entry: Published, slice: unknown, state: State): RecordUpdate | undefined {
  const { record, signal } = entry.binding;
  if (signal.kind === 'command') {
    return takeAlarm(entry, signal.alarm?.(slice) ?? NO_ALARM) ? { record, ...entry.alarm } : undefined;
  }
  if (signal.kind === 'setpoint') {
    // A setpoint's alarm belongs to the put that was refused; it is cleared by the next good put.
    const value = signal.read(slice);
    if (isRefused(slice, signal.input) || !takeValue(entry, value)) return undefined;
    return { record, value: toRecordValue(record, signal, value) };
  }
  const read = signal.read(slice);
  const shown = withService(entry, typeof read === 'object' ? read : { value: read }, state);
  const isNewValue = takeValue(entry, shown.value);
  const isNewAlarm = takeAlarm(entry, shown);
  if (!isNewValue && !isNewAlarm) return undefined;
  return { record, value: toRecordValue(record, signal, shown.value), ...entry.alarm };
}
