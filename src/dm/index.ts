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
export { createLocalDataManagement, LocalDataManagement } from './local/local-data-management.js';
export type { LocalOptions } from './local/local-options.js';
export { esafSchema, proposalSchema, runSchema, type Esaf, type Proposal, type Run } from './schemas/aps-db.js';
export { datasetSchema, fileMetadataSchema, type Dataset, type FileMetadata } from './schemas/catalog.js';
export { experimentSchema, newExperimentSchema, type Experiment, type NewExperiment } from './schemas/experiment.js';
export { jobArgumentsSchema, jobSchema, type Job, type JobArguments } from './schemas/job.js';
export { DM_STATUSES, dmStatusSchema, isTerminalStatus, type DmStatus } from './schemas/status.js';
export {
  daqInfoSchema,
  daqOptionsSchema,
  taskInfoSchema,
  uploadInfoSchema,
  uploadOptionsSchema,
  type DaqInfo,
  type DaqOptions,
  type TaskInfo,
  type UploadInfo,
  type UploadOptions,
} from './schemas/transfer.js';
export {
  childProcessSchema,
  stageSchema,
  workflowSchema,
  type ChildProcess,
  type Stage,
  type Workflow,
} from './schemas/workflow.js';
export { errorText } from './error-text.js';
export { silentLogger, type DmLogger } from './logger.js';
export { makeDirectory } from './make-directory.js';
export * from './wire/index.js';
export * from './environment/index.js';
export { daqAdvisory, jobAdvisory, uploadAdvisory } from './advisories.js';
