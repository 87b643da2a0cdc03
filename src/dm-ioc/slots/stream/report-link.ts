import { errorText } from 'dm';
import type { PvaClient } from 'epics-pva-ts';
import type { GivenReport } from './take-report.js';

const TEXTS = ['state', 'stage', 'message', 'commandPv', 'results'] as const;
const NUMBERS = ['sequence', 'progress', 'nReceived', 'nProcessed', 'nDropped', 'receiveRate', 'processRate'] as const;

/** What an object that somebody else serves says, of the fields that it has. */
function reportOf(fields: Readonly<Record<string, unknown>>): GivenReport {
  const found = new Map<string, string | number>();
  for (const name of TEXTS) if (typeof fields[name] === 'string') found.set(name, fields[name]);
  for (const name of NUMBERS) {
    const value = Number(fields[name]);
    if (fields[name] !== undefined && Number.isFinite(value)) found.set(name, value);
  }
  const { streamId } = fields;
  return { ...Object.fromEntries(found), streamId: typeof streamId === 'string' ? streamId : '' };
}

export interface ReportLinkOptions {
  readonly client: PvaClient;
  readonly pv: string;
  /** Reports of other streams, such as what was there before, are none. */
  readonly streamId: string;
  readonly onReport: (report: GivenReport) => Promise<void>;
  readonly onConnection: (isConnected: boolean) => void;
  /** A report that was refused. */
  readonly onRefused: (reason: string) => void;
}

/** Mirrors a report object that is served elsewhere, such as by Bluesky. */
export class ReportLink {
  readonly #stopped = new AbortController();

  constructor(options: ReportLinkOptions) {
    void this.#follow(options);
  }

  close(): void {
    this.#stopped.abort();
  }

  async #follow({ client, pv, streamId, onReport, onConnection, onRefused }: ReportLinkOptions): Promise<void> {
    const { signal } = this.#stopped;
    try {
      for await (const update of client.monitor(pv, { signal, onConnection })) {
        const report = reportOf(update.fields);
        if (report.streamId !== streamId) continue;
        await onReport(report).catch((error: unknown) => {
          onRefused(errorText(error));
        });
      }
    } catch (error) {
      if (!signal.aborted) onRefused(errorText(error));
    }
  }
}
