import { randomBytes } from 'node:crypto';
import { errorText, jobError, type Job, type JobArguments } from 'dm';
import { CommandError } from '../../errors.js';
import { isActive } from '../../state/active.js';
import { slotOf, type State } from '../../state/state.js';
import type { KindHost, KindService } from '../kind-service.js';
import { consumersOf } from './consumers-of.js';
import {
  issueCommand,
  takeAcknowledgement,
  withdrawCommands,
  type Acknowledgement,
  type GivenCommand,
} from './exchange-commands.js';
import { followJob } from './follow-job.js';
import { PvaClient } from 'epics-pva-ts';
import { StreamJobs } from './stream-jobs.js';
import { StreamLinks } from './stream-links.js';
import { StreamPvs } from './stream-pvs.js';
import type { StreamSlot } from './stream-slot.js';
import { streamTimeMs, timerMs } from './stream-time.js';
import { newStream, streamWith, type Stream, type StreamAnswer, type StreamLive } from './stream.js';
import { takeReport, type GivenReport } from './take-report.js';

/** A stream that begins, and the arguments by which its workflow finds it. */
export interface BegunStream {
  readonly stream: Stream;
  readonly arguments: JobArguments;
}

function newId(startedMs: number): string {
  const time = new Date(startedMs).toISOString().replaceAll(/[-:]|\.\d+Z$/gu, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

/** Holds the two sides of each slot's stream together. All that changes a stream goes through here: it is in the state, and on the disk before it is answered. */
export class StreamService implements KindService {
  readonly #host: KindHost;
  readonly #pvs: readonly StreamPvs[];
  readonly #jobs: StreamJobs;
  readonly #links: readonly StreamLinks[];
  /** As they were when the other sides followed them last. */
  readonly #followed: StreamSlot[] = [];
  #limit: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(host: KindHost) {
    this.#host = host;
    this.#pvs = Array.from({ length: host.slots }, (_slot, index) => new StreamPvs(host, index + 1, this));
    this.#jobs = new StreamJobs(host, this);
    this.#links = this.#pvs.map((_pvs, index) => new StreamLinks(() => new PvaClient(), index + 1, this, host));
  }

  start(): void {
    this.#unsubscribe = this.#host.store.subscribe(() => {
      this.#follow();
    });
    this.#jobs.start();
    this.#follow();
  }

  close(): void {
    clearTimeout(this.#limit);
    this.#unsubscribe?.();
    this.#jobs.close();
    for (const one of [...this.#links, ...this.#pvs]) one.close();
  }

  slotNumbered(slot: number): StreamSlot {
    return slotOf(this.#host.store.state, 'stream', slot) as StreamSlot;
  }

  streamIn(slot: number): Stream | null {
    return this.slotNumbered(slot).object;
  }

  /** Begins a stream in a slot whose last one has ended. @throws CommandError SETPOINT_INVALID as `consumersOf` */
  begin(slot: number, { workflow, owner }: { readonly workflow: string; readonly owner: string }): BegunStream {
    const { store, prefix } = this.#host;
    const { protocol, dataPv, reportPv: given, ...inputs } = this.slotNumbered(slot).inputs;
    const experiment = store.state.experiment.selected?.name ?? '';
    const startedMs = Date.now();
    const name = `${prefix}Stream${slot}`;
    // Our own would be mirrored into itself.
    const reportPv = given === `${name}:Report` ? '' : given;
    const id = newId(startedMs);
    const others = this.#pvs.flatMap((_pvs, index) => {
      const stream = this.streamIn(index + 1);
      return stream !== null && isActive(stream) ? [{ name: `Stream${index + 1}`, stream }] : [];
    });
    const consumers = consumersOf(protocol, inputs, id, others);
    const about = { id, protocol, workflow, owner, experiment, dataPv, reportPv, consumers };
    const begun = newStream(about, startedMs);
    const stream = streamWith(begun, { live: { ...begun.live, waiting: 'Start waits for Ready (Abort ends it)' } });
    store.dispatch({ type: 'slotTaken', kind: 'stream', slot, object: stream });
    return {
      stream,
      arguments: {
        streamId: stream.id,
        reportPv: reportPv === '' ? `${name}:Report` : reportPv,
        commandPv: `${name}:Command`,
        ackPv: `${name}:Ack`,
        ...(dataPv === '' ? {} : { dataPv }),
      },
    };
  }

  /** DM has told of the job of a stream. */
  hold(slot: number, streamId: string, job: Job): void {
    const stream = this.streamIn(slot);
    if (stream?.id !== streamId) return;
    this.#change(followJob(stream, { id: job.id, status: job.status, error: jobError(job) }));
  }

  /** The workflow has said this. @throws CommandError as `takeReport` */
  async report(slot: number, given: GivenReport): Promise<void> {
    const known = this.streamIn(slot);
    const stream = takeReport(known, given, streamTimeMs());
    this.#change(stream);
    if (stream.state !== known?.state) await this.#host.save();
  }

  /** What is true now of what lives elsewhere. */
  live(slot: number, streamId: string, change: Partial<StreamLive>): void {
    const stream = this.streamIn(slot);
    if (stream?.id === streamId) this.#change(streamWith(stream, { live: { ...stream.live, ...change } }));
  }

  /** @returns the answer that holds; undefined: it is too old to be remembered. @throws CommandError as `takeAcknowledgement` */
  async acknowledge(slot: number, given: Acknowledgement): Promise<StreamAnswer | undefined> {
    const stream = takeAcknowledgement(this.streamIn(slot), given, streamTimeMs());
    this.#change(stream);
    await this.#commandsShown(slot);
    return stream.answers.find(({ sequence }) => sequence === given.sequence);
  }

  /** @throws CommandError SETPOINT_INVALID when there is no such slot */
  requireSlot(slot: number): void {
    const { slots } = this.#host;
    if (slot <= slots) return;
    throw new CommandError('SETPOINT_INVALID', `no stream slot ${slot}; the configuration has slots.stream: ${slots}`);
  }

  /**
   * Sends a command to the workflow of a slot; resolves with what the workflow says when it accepts.
   * @throws CommandError COMMAND_REFUSED with its reason, COMMAND_TIMEOUT; SLOT_EMPTY, and as `issueCommand`
   */
  async send(slot: number, given: GivenCommand, signal: AbortSignal): Promise<string> {
    const { stream, sequence } = issueCommand(this.streamIn(slot), given, streamTimeMs());
    this.#change(stream);
    const answer = await this.#answerTo(slot, stream.id, sequence, signal);
    if (answer === null) throw new CommandError('SLOT_EMPTY', 'the stream was cleared meanwhile');
    // Whoever knows the answer must not find it undone, neither now nor after kill -9.
    await this.#commandsShown(slot);
    if (answer.outcome === 'accepted') return answer.message;
    const code = answer.outcome === 'withdrawn' ? 'COMMAND_TIMEOUT' : 'COMMAND_REFUSED';
    const reason = answer.message || `the workflow refused ${given.command}, without a message`;
    throw new CommandError(code, reason, { severity: 'MAJOR' });
  }

  /** What is said to a command; null: its stream is gone. @throws CommandError CANCELLED when the IOC stops: the command waits on */
  async #answerTo(slot: number, id: string, sequence: number, signal: AbortSignal): Promise<StreamAnswer | null> {
    const { store, closing } = this.#host;
    const find = (state: State): StreamAnswer | null | undefined => {
      const object = slotOf(state, 'stream', slot).object as Stream | null;
      return object?.id === id ? object.answers.find((one) => one.sequence === sequence) : null;
    };
    try {
      return await store.when(find, signal, closing);
    } catch (error) {
      if (!closing.aborted) throw error;
      throw new CommandError('CANCELLED', 'the IOC stops, the command waits on', { severity: 'MINOR', cause: error });
    }
  }

  async #commandsShown(slot: number): Promise<void> {
    await this.#pvs[slot - 1]?.commandsShown();
  }

  #change(stream: Stream): void {
    this.#host.store.dispatch({ type: 'objects', kind: 'stream', objects: [stream] });
  }

  #follow(): void {
    let limitMs = Infinity;
    for (const [index, pvs] of this.#pvs.entries()) {
      const slot = this.slotNumbered(index + 1);
      const { object: stream } = slot;
      if (slot !== this.#followed[index]) {
        this.#followed[index] = slot;
        pvs.show(slot);
        this.#links[index]?.follow(stream);
      }
      for (const command of stream?.pending ?? []) limitMs = Math.min(limitMs, command.limitMs ?? Infinity);
    }
    clearTimeout(this.#limit);
    if (limitMs === Infinity) return;
    this.#limit = setTimeout(() => {
      this.#withdraw();
    }, timerMs(limitMs));
  }

  #withdraw(): void {
    for (const index of this.#pvs.keys()) {
      const stream = this.streamIn(index + 1);
      const next = stream === null ? null : withdrawCommands(stream, streamTimeMs());
      if (next !== null && next !== stream) this.#change(next);
    }
    void this.#host.save().catch((error: unknown) => {
      this.#host.log.error({ reason: errorText(error) }, 'streams were not saved');
    });
    this.#follow();
  }
}
