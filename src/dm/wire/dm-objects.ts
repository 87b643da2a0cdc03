import { z } from 'zod';
import { type Esaf, esafSchema, type Proposal, proposalSchema, type Run, runSchema } from '../schemas/aps-db.js';
import { type Dataset, datasetSchema, type FileMetadata, fileMetadataSchema } from '../schemas/catalog.js';
import { type Experiment, experimentSchema } from '../schemas/experiment.js';
import { type Job, jobSchema } from '../schemas/job.js';
import { type DaqInfo, daqInfoSchema, type UploadInfo, uploadInfoSchema } from '../schemas/transfer.js';
import { type Workflow, workflowSchema } from '../schemas/workflow.js';

/** Objects that DM's calls answer, by kind: one of each, as far as somebody has met them. */
export interface MetObjects {
  readonly experiment?: Experiment;
  readonly daq?: DaqInfo;
  readonly upload?: UploadInfo;
  readonly file?: FileMetadata;
  readonly dataset?: Dataset;
  readonly workflow?: Workflow;
  readonly job?: Job;
  readonly run?: Run;
  readonly esaf?: Esaf;
  readonly proposal?: Proposal;
  readonly status?: unknown;
}

/** What a sample is made of, by the names of the parameters that ask for it. */
export interface SampleValues {
  readonly stationName: string;
  readonly owner: string;
  readonly experimentName: string;
  readonly dataDirectory: string;
  readonly experimentFilePath: string;
  readonly datasetName: string;
  /** Of a workflow. */
  readonly name: string;
  /** Of a job, a DAQ or an upload. */
  readonly id: string;
}

/** What a call answers: the kind of object, its schema, and one that a client can go on with. */
export interface DmObject<S extends z.ZodType = z.ZodType> {
  readonly kind: keyof MetObjects;
  readonly schema: S;
  readonly sample: (values: SampleValues) => object;
}

function object<S extends z.ZodType>(
  kind: DmObject['kind'],
  schema: S,
  sample: (values: SampleValues, nowS: number) => z.input<S> & object,
): DmObject<S> {
  return { kind, schema, sample: (values) => sample(values, Date.now() / 1000) };
}

const OBJECT_ID = '0'.repeat(24);

export const experiment = object('experiment', experimentSchema, ({ stationName, experimentName }) => {
  const place = { id: 1, name: stationName, description: stationName };
  const dates = { startDate: '2026-01-01 00:00:00-06:00', createDate: '2026-01-01 00:00:00.000000-06:00' };
  return { id: 1, name: experimentName, description: '', experimentStation: place, experimentType: place, ...dates };
});

const transferSample = (
  { id, stationName, experimentName, dataDirectory }: SampleValues,
  startTime: number,
): z.input<typeof daqInfoSchema> => ({
  id,
  experimentName,
  experimentStationName: stationName,
  dataDirectory,
  countFiles: 0,
  nProcessedFiles: 0,
  nProcessingErrors: 0,
  percentageComplete: 100,
  status: 'running',
  startTime,
  startTimestamp: new Date().toISOString(),
});
export const daq = object('daq', daqInfoSchema, transferSample);
export const upload = object('upload', uploadInfoSchema, transferSample);

export const file = object('file', fileMetadataSchema, ({ experimentName, experimentFilePath }) => ({
  id: OBJECT_ID,
  fileName: experimentFilePath.split('/').at(-1) ?? experimentFilePath,
  experimentFilePath,
  experimentName,
  fileSize: 0,
  md5Sum: null,
}));

export const dataset = object('dataset', datasetSchema, ({ experimentName, datasetName }) => ({
  id: OBJECT_ID,
  experimentName,
  datasetName,
}));

const workflowSample = ({ name, owner }: SampleValues): Workflow => ({
  id: OBJECT_ID,
  name,
  owner,
  userAccount: owner,
  stages: { '01': { command: 'true' } },
});
export const workflow = object('workflow', workflowSchema, workflowSample);

export const job = object('job', jobSchema, (values, nowS) => ({
  id: values.id,
  owner: values.owner,
  workflow: workflowSample(values),
  status: 'done',
  submissionTime: nowS,
  countFiles: 0,
  startTime: nowS,
}));

export const run = object('run', runSchema, () => ({}));
export const esaf = object('esaf', esafSchema, () => ({ esafId: 1, esafTitle: 'recorder', experimentUsers: [] }));
export const proposal = object('proposal', proposalSchema, () => ({
  id: 1,
  title: 'recorder',
  experimenters: [],
  activities: [],
}));
export const status = object('status', z.unknown(), () => ({}));

/** What a real service answers is not known: anything is taken, and callers read the object afterwards unless it is one. */
export function undocumented(like: DmObject): DmObject<z.ZodUnknown> {
  return { ...like, schema: z.unknown() };
}
