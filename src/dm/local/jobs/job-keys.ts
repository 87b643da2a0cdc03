/** Keys of a job that are DM's own, and that a list of jobs has; only `workflow` is one beside them. */
export const JOB_KEYS = [
  'id',
  'owner',
  'status',
  'stage',
  'submissionTime',
  'submissionTimestamp',
  'startTime',
  'startTimestamp',
  'endTime',
  'endTimestamp',
  'runTime',
  'countFiles',
  'errorMessage',
] as const;
