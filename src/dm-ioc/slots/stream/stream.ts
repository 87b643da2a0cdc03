import { isTerminalStatus } from 'dm';
import { z } from 'zod';
import { isFinal, STREAM_STATES } from './stream-state.js';

export const PROTOCOLS = ['Native', 'PvaPy'] as const;
/** In the order of PVAccess's numbers. */
export const SEVERITIES = ['NONE', 'MINOR', 'MAJOR', 'INVALID'] as const;

/** Counts end where doubles no longer have each whole number. */
const count = z.custom<number>((given) => Number.isSafeInteger(given) && Number(given) >= 0, {
  error: ({ input }) => `must be a whole number from 0 to 2^53, not ${String(input)}`,
});
const sequence = count;
const PV_NAME = /^[^\s\p{Cc}\u{FFFD}]{0,255}$/u;
const finite = z.number({ error: ({ input }) => `must be a number, not ${String(input)}` });

const commandSchema = z.object({
  /** From 1, without gaps, as long as the stream lives. */
  sequence,
  command: z.string(),
  /** A JSON object. */
  arguments: z.string(),
  /** Who sent it: user@host. */
  source: z.string(),
  /** The sender's own name of it, so that a repeated put is the same command; empty: none. */
  requestId: z.string(),
  issuedMs: z.number(),
  /** When nobody waits for the acknowledgement any more; null: as long as it takes. */
  limitMs: z.number().nullable(),
});

const answerSchema = z.object({
  sequence,
  requestId: z.string(),
  /** Of the command and its arguments: the same `requestId` must not stand for another one. */
  digest: z.string(),
  /** `withdrawn`: at its time limit; the workflow may still say something. */
  outcome: z.enum(['accepted', 'refused', 'withdrawn']),
  message: z.string(),
});

/** What a report may hold, and can be restored. */
export const reportSchema = z.object({
  sequence,
  stage: z.string(),
  /** In percent. */
  progress: z.custom<number>((given) => Number(given) >= 0 && Number(given) <= 100, {
    error: ({ input }) => `must be from 0 to 100 %, not ${String(input)}`,
  }),
  nReceived: count,
  nProcessed: count,
  nDropped: count,
  /** Per second. */
  receiveRate: finite,
  processRate: finite,
  message: z.string(),
  /** A command object that the workflow serves itself; empty: it follows ours. */
  commandPv: z.string().regex(PV_NAME, 'must be the name of a PV, at most 255 characters and no blanks'),
  /** JSON. */
  results: z.string(),
  /** What the workflow finds wrong with itself while it goes on. */
  alarm: z.object({ severity: z.enum(SEVERITIES), message: z.string() }),
});

/** A run of a streaming workflow, whole: what is saved of it, so that both sides go on with it after a restart. */
export const streamSchema = z.object({
  /** Made at Start and passed to the workflow: what another run says is refused. */
  id: z.string().min(1),
  state: z.enum(STREAM_STATES),
  protocol: z.enum(PROTOCOLS),
  workflow: z.string(),
  owner: z.string(),
  experiment: z.string(),
  /** Of the job in DM; empty: DM hasn't taken it yet, or the workflow was started by somebody else. */
  jobId: z.string(),
  /** As DM says it; empty: no job is known. */
  jobStatus: z.string(),
  dataPv: z.string(),
  reportPv: z.string(),
  /** Of pvaPy, as they were set when it began. */
  consumers: z.object({
    count: z.number().int().min(1),
    /** With `*` for a consumer's id, from 1. */
    controlPattern: z.string(),
    statusPattern: z.string(),
  }),
  startedMs: z.number(),
  /** When the workflow was heard last; null: never. */
  seenMs: z.number().nullable(),
  report: reportSchema,
  /** The state that the newest report said; empty: none. */
  said: z.enum(STREAM_STATES).or(z.literal('')).default(''),
  /** Of the newest command. */
  sequence,
  newest: commandSchema.nullable(),
  /** Not yet acknowledged, in order. */
  pending: z.array(commandSchema),
  /** The last acknowledgements, oldest first. */
  answers: z.array(answerSchema),
  /** Why it failed; empty: it didn't. */
  error: z.string(),
});

export type StreamContent = z.output<typeof streamSchema>;
export type StreamCommand = z.output<typeof commandSchema>;
export type StreamAnswer = z.output<typeof answerSchema>;
export type StreamConsumers = StreamContent['consumers'];
export type StreamReport = z.output<typeof reportSchema>;

/** How the frames come, as a client sees them. */
export interface DataView {
  readonly isConnected: boolean;
  /** Why it isn't, as far as a user should know; empty: it is, or was asked for just now. */
  readonly problem: string;
  readonly count: number;
  /** Per second. */
  readonly rate: number;
  /** Gaps in `uniqueId`. */
  readonly missed: number;
  readonly lastId: number;
}

/** What is true only now, and isn't saved. */
export interface StreamLive {
  readonly data: DataView;
  /** What is not connected that should be; empty: all is. */
  readonly lost: string;
  /** What it waits for before it is Ready, as far as that is known. */
  readonly waiting: string;
}

const NOTHING_LIVE: StreamLive = {
  data: { isConnected: false, problem: '', count: 0, rate: 0, missed: 0, lastId: 0 },
  lost: '',
  waiting: '',
};

/** What a slot holds: the content, what is true now, and `status` in DM's words, as other objects have it. */
export type Stream = Readonly<StreamContent> & { readonly status: string; readonly live: StreamLive };

/** A stream lasts as long as its workflow's job: a new one can't start in its slot before. */
function statusOf({ state, jobStatus }: StreamContent): string {
  if (!isFinal(state)) return state === 'Starting' ? 'pending' : 'running';
  return jobStatus !== '' && !isTerminalStatus(jobStatus) ? 'finalizing' : state.toLowerCase();
}

/** The stream with these changes. */
export function streamWith(
  stream: StreamContent & { readonly live?: StreamLive },
  changes: Partial<StreamContent & { readonly live: StreamLive }>,
): Stream {
  const content = { live: NOTHING_LIVE, ...stream, ...changes };
  return { ...content, status: statusOf(content) };
}

/** Before the first one. */
export const NO_REPORT: StreamReport = {
  sequence: 0,
  stage: '',
  progress: 0,
  nReceived: 0,
  nProcessed: 0,
  nDropped: 0,
  receiveRate: 0,
  processRate: 0,
  message: '',
  commandPv: '',
  results: '',
  alarm: { severity: 'NONE', message: '' },
};

const ONE_CONSUMER = { count: 1, controlPattern: '', statusPattern: '' };

/** A stream that begins. */
export function newStream(
  given: Pick<StreamContent, 'id' | 'protocol' | 'workflow' | 'owner' | 'experiment' | 'dataPv' | 'reportPv'> &
    Partial<Pick<StreamContent, 'consumers'>>,
  nowMs: number,
): Stream {
  const nothing = { jobId: '', jobStatus: '', seenMs: null, newest: null, pending: [], answers: [], error: '' };
  const begun = { state: 'Starting', startedMs: nowMs, report: NO_REPORT, said: '', sequence: 0 } as const;
  return streamWith({ consumers: ONE_CONSUMER, ...given, ...nothing, ...begun }, {});
}
