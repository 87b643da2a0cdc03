import { type DataManagement, DmError, errorText } from 'dm';
import type { RecordWrite } from 'node-epics-ca';
import type { Logger } from 'pino';
import { CommandError, isRefusal } from '../errors.js';
import { MAX_REASON_CHARACTERS, shortText } from '../log/short-text.js';
import type { Binding } from './binding.js';
import { unfitReason } from './check-put.js';
import type { Publisher } from './publisher.js';
import { fromRecordValue } from './record-value.js';
import type { SetpointSignal } from '../registry/signal.js';
import type { Place } from '../state/action.js';
import type { InputValue } from '../state/state.js';
import type { Store } from '../state/store.js';
import { cancelCause } from '../commands/cancel-cause.js';
import type { CommandContext } from '../commands/command.js';
import type { StartGates } from '../commands/start-gate.js';
import type { FindService } from '../slots/kind-service.js';
import { sourceOf, writerOf } from '../writer-of.js';

export interface PutHandlerOptions {
  readonly dm: DataManagement;
  readonly store: Store;
  readonly publisher: Publisher;
  readonly bindings: readonly Binding[];
  readonly log: Logger;
  readonly gates: StartGates;
  /** Posts at once the records that have changed, and after a command the tables. */
  readonly flush: (isCommand: boolean) => void;
  /** Writes ids and setpoints to the disk; never rejects. */
  readonly save: () => Promise<void>;
  /** Aborted when the IOC stops. */
  readonly closing: AbortSignal;
  /** What runs for the kinds of slots, by its class. */
  readonly service: FindService;
}

/**
 * Any failure as the one that the record, its client, the message PV and the log get.
 * @param withPvName a complaint about an option of DM, as one about the PV that it comes from
 */
function asCommandError(error: unknown, signal: AbortSignal, withPvName: (reason: string) => string): CommandError {
  if (error instanceof CommandError) return error;
  const isUnknown = error instanceof DmError && error.code === 'DM_OUTCOME_UNKNOWN';
  if (signal.aborted && !isUnknown)
    return new CommandError('CANCELLED', cancelCause(signal), { severity: 'MINOR', cause: error });
  if (error instanceof DmError) {
    const severity = error.code === 'DM_COMMAND_FAILED' ? 'MAJOR' : 'INVALID';
    return new CommandError('DM_FAILED', withPvName(error.message), { severity, cause: error });
  }
  const reason = errorText(error);
  return new CommandError('INTERNAL', `internal error: ${reason}`, { severity: 'INVALID', cause: error });
}

/** `Timeout` of `dm:WF1:Timeout`. */
function lastName(pv: string): string {
  return pv.slice(pv.lastIndexOf(':') + 1);
}

/** The reason with the PV before it, without the names of its area: `Timeout: -5 is out of range`. */
function withName(pv: string, reason: string): string {
  const name = lastName(pv);
  return reason.startsWith(`${name} `) ? reason : `${name}: ${reason}`;
}

/** Turns each put into a change of an input or into a command, and answers it exactly once, after its outcome can be read. */
export class PutHandler {
  readonly #options: PutHandlerOptions;
  readonly #byRecord: ReadonlyMap<number, Binding>;

  constructor(options: PutHandlerOptions) {
    this.#options = options;
    this.#byRecord = new Map(options.bindings.map((binding) => [binding.record.index, binding]));
  }

  /** Resolves when the put is done. @throws CommandError with the severity of the record's alarm */
  async handle(write: RecordWrite): Promise<void> {
    const binding = this.#byRecord.get(write.record.index);
    if (binding === undefined) throw new CommandError('READ_ONLY', `${write.record.name} takes no put`);
    const { store, log, save } = this.#options;
    const { place, record } = binding;
    const isCommand = binding.signal.kind === 'command';
    const who = { pv: record.name, ...writerOf(write) };
    const startedMs = performance.now();
    if (isCommand) log.info(who, 'command started');
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    try {
      await this.#perform(binding, write, answered);
      store.dispatch({ type: 'putSucceeded', place, pv: record.name, isCommand });
      if (isCommand) log.info({ ...who, durationMs: Math.round(performance.now() - startedMs) }, 'command done');
    } catch (error) {
      const failure = this.#asCommandError(error, binding, write);
      const { severity, message: reason } = failure;
      store.dispatch({ type: 'putFailed', place, pv: record.name, severity, reason });
      log.warn({ ...who, severity, reason: shortText(reason, MAX_REASON_CHARACTERS), ...stackOf(error) }, 'put failed');
      // The alarm message is one line; the whole text is in the message PV and in the slot.
      throw new CommandError(failure.code, reason.split('\n', 1)[0] ?? '', { severity, cause: error });
    } finally {
      await save();
      this.#flush(isCommand);
      answer();
    }
  }

  /** Before the put is answered its outcome must be readable; a failure to post must not change the answer. */
  #flush(isCommand: boolean): void {
    const { flush, log } = this.#options;
    try {
      flush(isCommand);
    } catch (error) {
      log.error({ reason: errorText(error) }, 'PVs were not posted');
    }
  }

  async #perform(binding: Binding, write: RecordWrite, answered: Promise<void>): Promise<void> {
    const { signal } = binding;
    const context = this.#context(binding, write, answered);
    if (signal.kind === 'setpoint') await this.#set(binding, signal, write, context);
    else if (signal.kind === 'command') await signal.run(context);
    else if (signal.acknowledge !== undefined) {
      this.#options.publisher.holds(write.record, fromRecordValue(signal, write.value));
      signal.acknowledge(context);
    } else throw new CommandError('READ_ONLY', `${write.record.name} takes no put`);
  }

  async #set(
    binding: Binding,
    signal: SetpointSignal<unknown>,
    write: RecordWrite,
    context: CommandContext,
  ): Promise<void> {
    const { store, publisher } = this.#options;
    const { place } = binding;
    try {
      const put = fromRecordValue(signal, write.value);
      publisher.holds(write.record, put);
      const unfit = unfitReason(write, signal, put);
      if (unfit !== undefined) {
        publisher.restore(write.record);
        throw new CommandError('SETPOINT_INVALID', unfit);
      }
      const value: InputValue = signal.parse(put);
      store.dispatch({ type: 'input', place, input: signal.input, value });
      await signal.effect?.(context);
    } catch (error) {
      if (isRefusal(error)) {
        const { message } = this.#asCommandError(error, binding, write);
        store.dispatch({
          type: 'inputRefused',
          place,
          input: signal.input,
          reason: withName(write.record.name, message),
        });
      }
      throw error;
    }
  }

  #asCommandError(error: unknown, { place }: Binding, { signal }: RecordWrite): CommandError {
    return asCommandError(error, signal, (reason) => reason.replace(/^\w+/u, (word) => this.#pvOf(place, word)));
  }

  /** The PV whose input becomes an option of DM; the option when there is none. */
  #pvOf(place: Place, option: string): string {
    const found = this.#options.bindings.find(
      (one) => one.signal.kind === 'setpoint' && one.signal.option === option && isSamePlace(one.place, place),
    );
    return found === undefined ? option : lastName(found.record.name);
  }

  #context({ place }: Binding, write: RecordWrite, answered: Promise<void>): CommandContext {
    const { dm, store, gates, closing, save, service } = this.#options;
    const { signal } = write;
    return { dm, store, gates, closing, save, service, place, signal, answered, source: sourceOf(write) };
  }
}

function isSamePlace(a: Place, b: Place): boolean {
  return 'kind' in a && 'kind' in b && a.kind === b.kind && a.slot === b.slot;
}

function stackOf(error: unknown): { readonly stack?: string } {
  const isExpected = error instanceof CommandError || error instanceof DmError;
  return !isExpected && error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
}
