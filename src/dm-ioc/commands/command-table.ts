import { lookUpFile, uploadDataset, waitForFile } from './catalog-commands.js';
import type { Command } from './command.js';
import { startDaq, stopDaq, syncDaq } from './daq-commands.js';
import { applyPeriods } from './period-commands.js';
import { refreshExperiments, selectExperiment } from './experiment-commands.js';
import { abortJob, clearJob, runJob, startJob, waitForJob, waitIdle } from './job-commands.js';
import { abortUpload, runUpload, startUpload } from './upload-commands.js';

/** Signal name of a busy record -> what it does. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  'experiment.refresh': refreshExperiments,
  'daq.start': startDaq,
  'daq.stop': stopDaq,
  'daq.sync': syncDaq,
  'upload.run': runUpload,
  'upload.start': startUpload,
  'upload.abort': abortUpload,
  'workflow.start': startJob,
  'workflow.run': runJob,
  'workflow.wait': waitForJob,
  'workflow.abort': abortJob,
  'workflow.clear': clearJob,
  'job.waitIdle': waitIdle,
  'file.wait': waitForFile,
  'dataset.upload': uploadDataset,
};

/** Signal name of a setpoint -> what its put does beyond being remembered; when that fails, the put is refused. */
export const SETPOINT_EFFECTS: Readonly<Record<string, Command>> = {
  'experiment.name': selectExperiment,
  'file.path': lookUpFile,
  'service.pollPeriod': applyPeriods,
  'service.listPeriod': applyPeriods,
};
