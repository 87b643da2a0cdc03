import { z } from 'zod';

/** Seconds; a timer can't count further. */
const timeoutSchema = z.number().positive().max(2_000_000).optional();

/** One process that ran for a stage. Times are Unix seconds. */
export const childProcessSchema = z.looseObject({
  stageId: z.string(),
  childProcessNumber: z.number().int(),
  command: z.string(),
  workingDir: z.string().nullish(),
  status: z.string(),
  submitTime: z.number().optional(),
  startTime: z.number().optional(),
  endTime: z.number().optional(),
  runTime: z.number().optional(),
  exitStatus: z.number().int().nullish(),
  stdOut: z.string().nullish(),
  stdErr: z.string().nullish(),
  /** The local engine's: what is odd although it succeeded. */
  warning: z.string().optional(),
});
export type ChildProcess = z.infer<typeof childProcessSchema>;

/** A stage of a workflow; inside a job it also carries the processes that ran and their counts. */
export const stageSchema = z.looseObject({
  command: z.string(),
  outputVariableRegexList: z.array(z.string()).optional(),
  workingDir: z.string().optional(),
  parallelExec: z.boolean().optional(),
  repeatPeriod: z.number().positive().optional(),
  repeatUntil: z.string().optional(),
  maxRepeats: z.number().int().positive().optional(),
  runIf: z.string().optional(),
  timeout: timeoutSchema,
  childProcesses: z.record(z.string(), childProcessSchema).optional(),
  nCompletedChildProcesses: z.number().int().optional(),
  nFailedChildProcesses: z.number().int().optional(),
  nQueuedChildProcesses: z.number().int().optional(),
  nRunningChildProcesses: z.number().int().optional(),
});
export type Stage = z.infer<typeof stageSchema>;

/** One entry of a workflow's `arguments` dictionary (newer DM). */
export const workflowArgumentSchema = z.looseObject({
  required: z.boolean().optional(),
  type: z.string().optional(),
  choices: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/**
 * A workflow definition. Stages run in the order of their keys sorted as strings. The local engine's own are `maxJobs`, jobs of it that run at once, and `timeout` (s),
 * here for the whole job and in a stage for that.
 */
export const workflowSchema = z.looseObject({
  id: z.string().optional(),
  name: z.string().min(1),
  owner: z.string().min(1),
  userAccount: z.string().optional(),
  description: z.string().optional(),
  version: z.number().int().optional(),
  arguments: z.record(z.string(), workflowArgumentSchema).optional(),
  maxJobs: z.number().int().positive().optional(),
  timeout: timeoutSchema,
  stages: z.record(z.string(), stageSchema),
});
export type Workflow = z.infer<typeof workflowSchema>;
