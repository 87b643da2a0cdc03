import { isTerminalStatus } from 'dm';
import { dropCommands } from './exchange-commands.js';
import { isFinal, type StreamState } from './stream-state.js';
import { streamWith, type Stream } from './stream.js';

const STATE_AT_END: Readonly<Record<string, StreamState>> = { done: 'Done', skipped: 'Done', aborted: 'Aborted' };

/** What DM says of the job. */
export interface JobNews {
  readonly id: string;
  readonly status: string;
  /** Why it failed; empty: it didn't. */
  readonly error: string;
}

/**
 * The stream after news of its job: whatever the workflow said, the end of the job is the end of the stream, and a job that fails after
 * Done makes the stream Failed. Commands that wait are answered.
 */
export function followJob(stream: Stream, { id, status, error }: JobNews): Stream {
  const next = streamWith(stream, { jobId: id, jobStatus: status });
  if (!isTerminalStatus(status)) return next;
  const why = error === '' ? '' : `: ${error}`;
  const ended = dropCommands(next, next.pending, 'refused', `the job has ended (${status})${why}`);
  const state = STATE_AT_END[status] ?? 'Failed';
  if (isFinal(ended.state) && !(ended.state === 'Done' && state === 'Failed')) return ended;
  const reason = state === 'Failed' ? error || `job ${id} is ${status}` : state === 'Aborted' ? 'aborted' : '';
  return streamWith(ended, { state, error: reason });
}
