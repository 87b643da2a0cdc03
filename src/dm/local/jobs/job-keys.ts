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

/** Arguments that say what a job works on. Source: aps-dm 3.4. */
export const INPUT_KEYS = ['filePath', 'filePathList', 'filePathPattern', 'fileQueryDict', 'dataDir'] as const;
