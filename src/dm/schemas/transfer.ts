import { z } from 'zod';
import { plainNumbers } from '../exact-json.js';
import { dmStatusSchema } from './status.js';

/** Options that DAQ and upload share; DM's name of the dictionary on the wire is `taskInfo`. Unknown keys pass through, as in DM. */
export const taskInfoSchema = z.looseObject({
  destDirectory: z.string().optional(),
  skipFilePathPattern: z.string().optional(),
  filePathPattern: z.string().optional(),
  includeFileExtensions: z.string().optional(),
  excludeFileExtensions: z.string().optional(),
  processHiddenFiles: z.boolean().optional(),
  useAnalysisDirectoryAsRoot: z.boolean().optional(),
  workflowName: z.string().optional(),
  workflowOwner: z.string().optional(),
  workflowArgs: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  workflowJobOwner: z.string().optional(),
  removeSourceFiles: z.boolean().optional(),
  skipTransfer: z.boolean().optional(),
  skipChecksum: z.boolean().optional(),
  skipCatalog: z.boolean().optional(),
});
export type TaskInfo = z.infer<typeof taskInfoSchema>;

/** Options of `startDaq`. Without `processExistingFiles` a DAQ takes only what appears or changes after its start. */
export const daqOptionsSchema = taskInfoSchema.extend({
  processExistingFiles: z.boolean().optional(),
  maxRunTimeInHours: z.preprocess(plainNumbers, z.number().positive().optional()).optional(),
  uploadDataDirectoryOnExit: z.boolean().optional(),
  uploadDestDirectoryOnExit: z.string().optional(),
});
export type DaqOptions = z.infer<typeof daqOptionsSchema>;

/** Options of `upload`. `experimentFilePath` is relative to the data directory and means this one file only. */
export const uploadOptionsSchema = taskInfoSchema.extend({
  processingMode: z.enum(['files', 'directory']).optional(),
  experimentFilePath: z.string().optional(),
  reprocessFiles: z.boolean().optional(),
});
export type UploadOptions = z.infer<typeof uploadOptionsSchema>;

/** Text such as `12.50` or `100 %`; what is no number counts as not told. */
function toPercentage(value: unknown): unknown {
  if (typeof value !== 'string' && value !== null) return value;
  const number = Number.parseFloat(value ?? '');
  return Number.isNaN(number) ? undefined : number;
}

/**
 * What DM tells about a DAQ or an upload. Times are Unix seconds, `…Timestamp` is local text.
 * `percentageComplete` is sometimes text on the wire; it is a number (0 to 100) here.
 */
const transferInfoSchema = z.looseObject({
  id: z.string(),
  experimentName: z.string(),
  experimentStationName: z.string().optional(),
  dataDirectory: z.string(),
  storageDirectory: z.string().optional(),
  status: dmStatusSchema.or(z.string()),
  countFiles: z.number().int().default(0),
  nProcessedFiles: z.number().int().default(0),
  nCompletedFiles: z.number().int().optional(),
  nWaitingFiles: z.number().int().optional(),
  nProcessingErrors: z.number().int().default(0),
  percentageComplete: z.preprocess(toPercentage, z.number().optional()).optional(),
  processingErrors: z.unknown().optional(),
  errorMessage: z.string().nullish(),
  submissionTime: z.number().optional(),
  startTime: z.number().optional(),
  startTimestamp: z.string().optional(),
  endTime: z.number().optional(),
  endTimestamp: z.string().optional(),
  runTime: z.number().optional(),
  destDirectory: z.string().optional(),
  workflowJobOwner: z.string().optional(),
  /** Of the local engine: the file that has waited longest for its writer to finish, since when, and whether a sync or the end waits for it. */
  waitingFor: z.string().optional(),
  waitingSince: z.number().optional(),
  isAwaited: z.boolean().optional(),
  /** Of the local engine: how many of its jobs failed, and how the last one did. */
  nJobsFailed: z.number().int().optional(),
  jobError: z.string().optional(),
});

export const daqInfoSchema = transferInfoSchema;
export type DaqInfo = z.infer<typeof daqInfoSchema>;

export const uploadInfoSchema = transferInfoSchema.extend({
  processingMode: z.string().optional(),
  experimentFilePath: z.string().optional(),
});
export type UploadInfo = z.infer<typeof uploadInfoSchema>;
