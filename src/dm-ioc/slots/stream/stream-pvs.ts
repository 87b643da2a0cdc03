import { ThrottledNotice } from 'dm';
import type { ClientRequest, Pv, PutRequest, StructureInput, StructureValue } from 'epics-pva-ts';
import { callerOf, type Caller } from '../../commands/caller.js';
import { CommandError } from '../../errors.js';
import { shortText } from '../../log/short-text.js';
import { sourceOf } from '../../writer-of.js';
import type { KindHost } from '../kind-service.js';
import { givenReport, type ReportValue } from './given-report.js';
import { RefusalLog } from './refusal-log.js';
import { ACK, COMMAND, REPORT } from './stream-structures.js';
import type { StreamService } from './stream-service.js';
import { LONGEST_TIMEOUT_S } from './stream-time.js';
import type { StreamSlot } from './stream-slot.js';
import { streamAlarm } from './stream-view.js';
import { NO_REPORT, type Stream, type StreamAnswer, type StreamCommand } from './stream.js';

type CommandValue = StructureValue<typeof COMMAND.fields>;
type AckValue = StructureValue<typeof ACK.fields>;

/** Access security groups of those who report, and of those who command. */
const WORKFLOW_GROUP = 'WORKFLOW';
const OPERATOR_GROUP = 'OPERATOR';
/** Watchers get reports at most so often, and always the last. */
const REPORT_PERIOD_MS = 20;
/** What came of the last commands is shown, of so many. */
const SHOWN_ANSWERS = 8;

function reportFields({ object }: StreamSlot): StructureInput<typeof REPORT.fields> {
  const { id, jobId, state, report } = object ?? { id: '', jobId: '', state: 'Idle', report: NO_REPORT };
  return { streamId: id, jobId, state, ...report, alarm: undefined };
}

function commandFields({
  sequence,
  command,
  arguments: given,
  source,
  requestId,
}: StreamCommand): StructureInput<typeof COMMAND.fields> {
  return { sequence, command, arguments: given, source, requestId };
}

function answerFields({
  sequence,
  outcome,
  message,
}: StreamAnswer): Pick<StreamAnswer, 'sequence' | 'outcome' | 'message'> {
  return { sequence, outcome, message };
}

const NO_STREAM = { id: '', newest: null, pending: [], answers: [] };
const NO_COMMAND = { sequence: 0, command: '', arguments: '', source: '', requestId: '' };

/** The three structures of a slot, over PVAccess. */
export class StreamPvs {
  readonly #host: KindHost;
  readonly #slot: number;
  readonly #service: StreamService;
  readonly #report: Pv<ReportValue, StructureInput<typeof REPORT.fields>>;
  readonly #command: Pv<CommandValue, StructureInput<typeof COMMAND.fields>>;
  readonly #ack: Pv<AckValue, StructureInput<typeof ACK.fields>>;
  readonly #notice: ThrottledNotice;
  readonly #refusals: RefusalLog;
  #shown: StreamSlot | null = null;
  /** Of postings of commands; one that was overtaken is left out. */
  #asked = 0;
  #posted = 0;
  /** The newest command that was posted, and the lists with it. */
  #newest: StreamCommand | null = null;
  #lists: Pick<Stream, 'pending' | 'answers'> | null = null;
  #posting: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(host: KindHost, slot: number, service: StreamService) {
    this.#host = host;
    this.#slot = slot;
    this.#service = service;
    this.#refusals = new RefusalLog(host.log);
    const name = `${host.prefix}Stream${slot}`;
    this.#report = host.server.add(`${name}:Report`, REPORT, { onPut: (put) => this.#takeReport(put) });
    this.#command = host.server.add(`${name}:Command`, COMMAND, { onPut: (put) => this.#takeCommand(put) });
    this.#ack = host.server.add(`${name}:Ack`, ACK, { onPut: (put) => this.#takeAck(put) });
    this.#notice = new ThrottledNotice(REPORT_PERIOD_MS, () => {
      if (this.#shown !== null) this.#report.post(reportFields(this.#shown), { alarm: streamAlarm(this.#shown) });
    });
  }

  /** Posts what has changed. */
  show(slot: StreamSlot): void {
    const before = this.#shown;
    if (slot === before) return;
    this.#shown = slot;
    const [stream, shown] = [slot.object, before?.object];
    const isNew = before === null || stream?.id !== shown?.id;
    const isReported =
      stream?.report !== shown?.report || stream?.state !== shown?.state || stream?.jobId !== shown?.jobId;
    const isWarned = slot.warning !== before?.warning || stream?.live.data.problem !== shown?.live.data.problem;
    if (isNew || isReported || isWarned) this.#notice.announce();
    const isCommanded = isNew || stream?.newest !== shown?.newest;
    const isAnswered = stream?.pending !== shown?.pending || stream?.answers !== shown?.answers;
    if (isCommanded || isAnswered) this.#posting = this.#postCommands(slot);
  }

  /** Resolves when whoever looks at the commands sees all that has changed, which is on the disk, too. */
  async commandsShown(): Promise<void> {
    await this.#posting;
  }

  /** Only what has changed: each client unpacks all of it. */
  async #postCommands({ object }: StreamSlot): Promise<void> {
    const asked = (this.#asked += 1);
    const { id: streamId, newest, pending, answers } = object ?? NO_STREAM;
    const saving = this.#host.save();
    // A command that a workflow has seen must not be forgotten: its number would be given again.
    if (newest !== this.#newest) await saving;
    if (this.#isClosed || asked < this.#posted) return;
    this.#posted = asked;
    const isNew = newest !== this.#newest || newest === null;
    const fields = isNew ? { streamId, ...(newest === null ? NO_COMMAND : commandFields(newest)) } : {};
    this.#newest = newest;
    const shown = this.#lists;
    this.#command.post({
      ...fields,
      ...(pending === shown?.pending ? {} : { pending: pending.map(commandFields) }),
      ...(answers === shown?.answers ? {} : { answers: answers.slice(-SHOWN_ANSWERS).map(answerFields) }),
    });
    this.#lists = { pending, answers };
    await saving;
  }

  close(): void {
    this.#isClosed = true;
    this.#notice.cancel();
    for (const pv of [this.#report, this.#command, this.#ack]) pv.close();
  }

  async #takeReport(put: PutRequest<ReportValue>): Promise<undefined> {
    await this.#as(WORKFLOW_GROUP, put, 'report', async () => {
      const report = givenReport(put.sent);
      await this.#service.report(this.#slot, report);
      // Whoever leaves the number to us reads it then, or puts back what it reads.
      const isOurs = this.#service.streamIn(this.#slot)?.report.sequence !== report.sequence;
      if (isOurs && this.#notice.isWaiting) this.#notice.flush();
    });
  }

  /** @returns what holds: the first word to a command does */
  async #takeAck(put: PutRequest<AckValue>): Promise<StructureInput<typeof ACK.fields> | undefined> {
    const { streamId = '', sequence = 0n, accepted = true, message = '' } = put.sent as Partial<AckValue>;
    const outcome = accepted ? ('accepted' as const) : ('refused' as const);
    const given = { streamId, sequence: Number(sequence), outcome, message };
    let held: StreamAnswer | undefined;
    await this.#as(WORKFLOW_GROUP, put, 'acknowledge', async () => {
      held = await this.#service.acknowledge(this.#slot, given);
    });
    if (held === undefined) return undefined;
    return { streamId, sequence, accepted: held.outcome === 'accepted', message: held.message };
  }

  async #takeCommand(put: PutRequest<CommandValue>): Promise<undefined> {
    const { signal, sent } = put;
    const { streamId = '', command = '', arguments: given = '{}', requestId = '' } = sent as Partial<CommandValue>;
    const { timeout: givenS = 0 } = sent as Partial<CommandValue>;
    await this.#as(OPERATOR_GROUP, put, 'command', async (caller) => {
      const { id } = this.#service.streamIn(this.#slot) ?? {};
      if (streamId !== '' && streamId !== id) {
        throw new CommandError('STREAM_STALE', `streamId ${shortText(streamId)} is of another run`);
      }
      const { commandTimeoutS } = this.#service.slotNumbered(this.#slot).inputs;
      if (!(givenS >= 0 && givenS <= LONGEST_TIMEOUT_S)) {
        throw new CommandError('SETPOINT_INVALID', `timeout ${givenS} is out of range 0..${LONGEST_TIMEOUT_S} s`);
      }
      const timeoutMs = (givenS || commandTimeoutS) * 1000;
      const source = sourceOf(caller);
      await this.#service.send(this.#slot, { command, arguments: given, source, requestId, timeoutMs }, signal);
    });
  }

  /** Does it when access security allows; what is refused is logged. */
  async #as(
    group: string,
    request: Pick<ClientRequest, 'account' | 'peer' | 'roles'>,
    what: string,
    run: (caller: Caller) => Promise<void>,
  ): Promise<void> {
    const caller = callerOf(request);
    const { user, host } = caller;
    try {
      if (!(await this.#host.mayWrite(group, caller))) {
        throw new CommandError('ACCESS_DENIED', `${user} on ${host} may not ${what}: see access.file`);
      }
      await run(caller);
    } catch (error) {
      if (error instanceof CommandError) {
        const { code, message: reason } = error;
        this.#refusals.tell({ stream: this.#slot, what, user, host, code, reason });
      }
      throw error;
    }
  }
}
