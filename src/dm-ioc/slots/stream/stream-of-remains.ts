import type { z } from 'zod';
import { isFinal } from './stream-state.js';
import { NO_REPORT, newStream, reportSchema, streamSchema, streamWith, type Stream } from './stream.js';

type Given = Readonly<Record<string, unknown>> | null | undefined;

const HEAD = streamSchema.pick({ id: true, owner: true, jobId: true });
const REST = streamSchema.omit({ report: true });
const NOTHING = { protocol: 'Native', workflow: '', experiment: '', dataPv: '', reportPv: '' } as const;

/** The fields that their schemas take. */
function readable<S extends z.ZodObject>(schema: S, given: Given): Partial<z.output<S>> {
  const fields = Object.entries(schema.shape).flatMap(([name, field]) => {
    const { success, data } = (field as z.ZodType).safeParse(given?.[name]);
    return success ? [[name, data]] : [];
  });
  return Object.fromEntries(fields) as Partial<z.output<S>>;
}

/**
 * What can be read of a saved stream that can't go on: Failed with the reason, and still with its job, which Abort ends.
 * @returns null when not even its id, owner and job can be read
 */
export function streamOfRemains(text: string, reason: string): Stream | null {
  let given: Given;
  try {
    given = JSON.parse(text) as Given;
  } catch {
    return null;
  }
  const { data: head } = HEAD.safeParse(given);
  if (head === undefined) return null;
  const report = { ...NO_REPORT, ...readable(reportSchema, given?.['report'] as Given) };
  const stream = streamWith({ ...newStream({ ...NOTHING, ...head }, 0), ...readable(REST, given), report }, {});
  const jobStatus = stream.jobStatus === '' && head.jobId !== '' ? 'running' : stream.jobStatus;
  const error = `its saved state can't be read, so it can't go on: ${reason}`;
  return streamWith(stream, { state: isFinal(stream.state) ? stream.state : 'Failed', jobStatus, error, pending: [] });
}
