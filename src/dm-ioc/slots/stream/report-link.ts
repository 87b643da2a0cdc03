import { errorText } from 'dm';
import type { PvaClient, PvaData } from 'epics-pva-ts';
import { followPv } from './follow-pv.js';
import { SEVERITIES } from './stream.js';
import type { GivenReport } from './take-report.js';

const TEXTS = ['state', 'stage', 'message', 'commandPv', 'results'] as const;
const NUMBERS = ['sequence', 'progress', 'nReceived', 'nProcessed', 'nDropped', 'receiveRate', 'processRate'] as const;
/** Reports that may wait here before they are squashed. */
const QUEUE_SIZE = 64;

/** What an object that somebody else serves says, of the fields that it has. */
function reportOf({ fields, alarm }: PvaData): GivenReport {
  const found = new Map<string, string | number>();
  for (const name of TEXTS) if (typeof fields[name] === 'string') found.set(name, fields[name]);
  for (const name of NUMBERS) {
    const given = fields[name];
    const value = Number(given);
    if ((typeof given === 'number' || typeof given === 'bigint') && Number.isFinite(value)) found.set(name, value);
  }
  const { streamId } = fields;
  const severity = SEVERITIES.find((known) => known === alarm?.severity) ?? 'INVALID';
  return {
    ...Object.fromEntries(found),
    ...(alarm === null ? {} : { alarm: { severity, message: alarm.message ?? '' } }),
    streamId: typeof streamId === 'string' ? streamId : '',
  };
}

export interface ReportLinkOptions {
  readonly client: PvaClient;
  readonly pv: string;
  readonly streamId: string;
  readonly onReport: (report: GivenReport) => Promise<void>;
  readonly onConnection: (problem: string) => void;
  /** A report that was refused; told once as long as the reason is the same. */
  readonly onRefused: (reason: string) => void;
}

/** Mirrors a report object that is served elsewhere, such as by Bluesky. */
export class ReportLink {
  readonly #stopped = new AbortController();
  readonly #options: ReportLinkOptions;
  /** Of the last report. */
  #sequence = 0;
  #refusal = '';

  constructor(options: ReportLinkOptions) {
    this.#options = options;
    const { client, pv, onConnection } = options;
    void followPv(client, pv, {
      signal: this.#stopped.signal,
      queueSize: QUEUE_SIZE,
      onConnection,
      onUpdate: (update, isFirst) => this.#take(reportOf(update), isFirst),
    });
  }

  close(): void {
    this.#stopped.abort();
  }

  async #take(report: GivenReport, isFirst: boolean): Promise<void> {
    const { streamId, onReport, onRefused } = this.#options;
    // What was there before may be of an earlier run.
    if (isFirst && report.streamId !== streamId) return;
    const { sequence = 0 } = report;
    const hasMissed = isFirst || sequence > this.#sequence + 1;
    this.#sequence = sequence;
    try {
      await onReport({ ...report, hasMissed });
      this.#refusal = '';
    } catch (error) {
      const reason = errorText(error);
      if (reason !== this.#refusal) onRefused(reason);
      this.#refusal = reason;
    }
  }
}
