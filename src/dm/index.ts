export { ChangeFeed, type Changes, type DmChange, type DmChangeKind, type DmChanges } from './change-feed.js';
export {
  SERVICE_NAMES,
  type CallOptions,
  type Catalog,
  type Daqs,
  type DataManagement,
  type Experiments,
  type Jobs,
  type PageOptions,
  type ServiceHealth,
  type ServiceName,
  type Uploads,
  type Watch,
  type Workflows,
} from './data-management.js';
export {
  DM_ERROR_CODES,
  DmCommunicationError,
  DmError,
  DmInvalidArgumentError,
  DmInvalidObjectStateError,
  DmObjectAlreadyExistsError,
  DmObjectNotFoundError,
  type DmErrorCode,
} from './errors.js';
export { exitText } from './exit-text.js';
export { skippedStages, stageNames, stageRows, type StageRow } from './job-stages.js';
export { endLeftJobs } from './local/end-left-jobs.js';
export { engineProcess, type EngineProcess } from './local/engine-process.js';
export { relativePath } from './relative-path.js';
export { createLocalDataManagement, LocalDataManagement } from './local/local-data-management.js';
export { resolveLocalOptions, type LocalOptions } from './local/local-options.js';
export { argumentWarnings, neededArguments } from './local/workflows/argument-warnings.js';
export { checkWorkflowFolder } from './local/workflows/check-workflow-folder.js';
export { argumentsOf, outputVariables } from './local/workflows/job-contents.js';
export { readWorkflowFile } from './local/workflows/read-workflow-file.js';
export { workflowWarnings } from './local/workflows/workflow-warnings.js';
export { outputVariableNames } from './local/workflows/workflow-words.js';
export type { Esaf, Proposal, Run } from './schemas/aps-db.js';
export type { Dataset, FileMetadata } from './schemas/catalog.js';
export { newExperimentSchema, type Experiment, type NewExperiment } from './schemas/experiment.js';
export { jobArgumentsSchema, jobSchema, type Job, type JobArguments } from './schemas/job.js';
export { DM_STATUSES, isTerminalStatus, type DmStatus } from './schemas/status.js';
export {
  daqInfoSchema,
  daqOptionsSchema,
  uploadOptionsSchema,
  type DaqInfo,
  type DaqOptions,
  type TaskInfo,
  type UploadInfo,
  type UploadOptions,
} from './schemas/transfer.js';
export type { ChildProcess, Stage, Workflow } from './schemas/workflow.js';
export { Backoff } from './backoff.js';
export { closestName } from './closest-name.js';
export { checked } from './checked.js';
export { errorText } from './error-text.js';
export { exactJsonText, parseExactJson, readJson } from './exact-json.js';
export { silentLogger, type DmLogger } from './logger.js';
export { makeDirectory } from './make-directory.js';
export { schemaFault } from './schema-fault.js';
export { ThrottledNotice } from './throttled-notice.js';
export * from './wire/index.js';
export * from './environment/index.js';
export { jobError, lastProcess } from './job-error.js';
export { daqAdvisory, jobAdvisory, uploadAdvisory } from './advisories.js';
