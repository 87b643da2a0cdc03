import { z } from 'zod';
import { dmStatusSchema } from './status.js';
import { workflowSchema } from './workflow.js';

/**
 * A processing job. Arguments and extracted variables lie flat beside DM's own keys, as DM has them.
 * `startTime` comes with `running`, `endTime` and `runTime` (s) with the terminal status, `stage` once a stage began.
 * A failed stage leaves no `errorMessage` here: the reason is in the last child process of `workflow.stages[stage]`.
 */
export const jobSchema = z.looseObject({
  id: z.string(),
  owner: z.string(),
  status: dmStatusSchema.or(z.string()),
  workflow: workflowSchema.partial({ stages: true }).optional(),
  stage: z.string().optional(),
  submissionTime: z.number().optional(),
  submissionTimestamp: z.string().optional(),
  startTime: z.number().optional(),
  startTimestamp: z.string().optional(),
  endTime: z.number().optional(),
  endTimestamp: z.string().optional(),
  runTime: z.number().optional(),
  countFiles: z.number().int().optional(),
  errorMessage: z.string().nullish(),
});
export type Job = z.infer<typeof jobSchema>;

/** Arguments of a job, a flat dictionary; `filePath` is the usual input specification. */
export const jobArgumentsSchema = z.record(z.string(), z.unknown());
export type JobArguments = z.infer<typeof jobArgumentsSchema>;
