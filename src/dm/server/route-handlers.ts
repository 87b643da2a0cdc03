import type { z } from 'zod';
import type { CallOptions, DataManagement } from '../data-management.js';
import { DmError, DmInvalidArgumentError, DmObjectNotFoundError } from '../errors.js';
import { datasetSchema } from '../schemas/catalog.js';
import { type Experiment, newExperimentSchema } from '../schemas/experiment.js';
import { type Job, jobArgumentsSchema } from '../schemas/job.js';
import { isTerminalStatus } from '../schemas/status.js';
import { daqOptionsSchema, uploadOptionsSchema } from '../schemas/transfer.js';
import { workflowSchema } from '../schemas/workflow.js';
import { fromWireDate } from '../wire/experiment-dates.js';
import type { WireParameters } from '../wire/path-template.js';
import type { RouteName } from '../wire/routes.js';

export type RouteHandler = (dm: DataManagement, parameters: WireParameters, options: CallOptions) => Promise<unknown>;

/** What each call does on the port. */
export const ROUTE_HANDLERS: Readonly<Record<RouteName, RouteHandler>> = {
  getExperimentsByStation: async (dm, p, options) => {
    checkStation(dm, text(p, 'stationName'));
    return (await dm.experiments.list(options)).map(shortForm);
  },
  getExperimentById: (dm, p, options) => dm.experiments.getById(whole(p, 'id'), options),
  getExperimentByName: (dm, p, options) => {
    checkStation(dm, text(p, 'stationName'));
    return dm.experiments.getByName(text(p, 'experimentName'), options);
  },
  addExperiment: (dm, p, options) => {
    checkStation(dm, text(p, 'stationName'));
    const { experimentName, startDate, endDate, usernameList, ...rest } = p;
    const experiment = {
      ...pick(rest, ['typeName', 'description', 'rootPath']),
      name: experimentName,
      ...(typeof startDate === 'string' && { startDate: fromWireDate(startDate) }),
      ...(typeof endDate === 'string' && { endDate: fromWireDate(endDate) }),
      ...(usernameList !== undefined && { users: usernameList }),
    };
    return dm.experiments.add(check(newExperimentSchema, experiment, 'experiment'), options);
  },
  deleteExperimentByName: async (dm, p, options) => {
    checkStation(dm, text(p, 'stationName'));
    await dm.experiments.remove(text(p, 'experimentName'), options);
    return {};
  },

  startDaq: (dm, p, options) =>
    dm.daqs.start(
      text(p, 'experimentName'),
      text(p, 'dataDirectory'),
      check(daqOptionsSchema, p['taskInfo'] ?? {}, 'taskInfo'),
      options,
    ),
  stopDaq: (dm, p, options) => dm.daqs.stop(text(p, 'experimentName'), text(p, 'dataDirectory'), options),
  listDaqs: async (dm, p, options) => byStatus(await dm.daqs.list(options), p['status']),
  getDaqInfo: (dm, p, options) => dm.daqs.get(text(p, 'id'), options),
  clearDaq: async (dm, p, options) => {
    await dm.daqs.clear(text(p, 'id'), options);
    return {};
  },
  upload: (dm, p, options) =>
    dm.uploads.start(
      text(p, 'experimentName'),
      text(p, 'dataDirectory'),
      check(uploadOptionsSchema, p['taskInfo'] ?? {}, 'taskInfo'),
      options,
    ),
  listUploads: async (dm, p, options) => byStatus(await dm.uploads.list(options), p['status']),
  getUploadInfo: (dm, p, options) => dm.uploads.get(text(p, 'id'), options),
  stopUpload: (dm, p, options) => dm.uploads.stop(text(p, 'id'), options),
  clearUpload: async (dm, p, options) => {
    await dm.uploads.clear(text(p, 'id'), options);
    return {};
  },

  getExperimentFiles: (dm, p, options) => dm.catalog.listFiles(text(p, 'experimentName'), { ...options, ...page(p) }),
  getExperimentFile: (dm, p, options) =>
    dm.catalog.getFile(text(p, 'experimentName'), text(p, 'experimentFilePath'), options),
  addExperimentDataset: (dm, p, options) =>
    dm.catalog.addDataset(check(datasetSchema, p['datasetInfo'], 'datasetInfo'), options),
  getExperimentDatasets: (dm, p, options) =>
    dm.catalog.listDatasets(text(p, 'experimentName'), { ...options, ...page(p) }),
  getExperimentDataset: (dm, p, options) =>
    dm.catalog.getDataset(text(p, 'experimentName'), text(p, 'datasetName'), options),

  listWorkflows: (dm, p, options) => dm.workflows.list(text(p, 'owner'), options),
  getWorkflowByName: (dm, p, options) => dm.workflows.get(text(p, 'owner'), text(p, 'name'), options),
  addWorkflow: (dm, p, options) => dm.workflows.add(check(workflowSchema, p['workflow'], 'workflow'), options),
  updateWorkflow: (dm, p, options) => dm.workflows.update(check(workflowSchema, p['workflow'], 'workflow'), options),
  deleteWorkflowByName: async (dm, p, options) => {
    await dm.workflows.remove(text(p, 'owner'), text(p, 'name'), options);
    return {};
  },
  startProcessingJob: (dm, p, options) =>
    dm.jobs.start(text(p, 'owner'), text(p, 'name'), check(jobArgumentsSchema, p['argsDict'], 'argsDict'), options),
  listProcessingJobs: async (dm, p, options) => {
    const owner = text(p, 'owner');
    const jobs = await dm.jobs.list(owner, { ...options, ...page(p) });
    const keys = p['keyList'];
    if (keys === 'ALL') return Promise.all(jobs.map((job) => dm.jobs.get(owner, job.id, options)));
    return Array.isArray(keys)
      ? jobs.map((job) => pick<Job>(job, ['id', 'owner', 'status', ...keys.map(String)]))
      : jobs;
  },
  getProcessingJobById: (dm, p, options) => dm.jobs.get(text(p, 'owner'), text(p, 'id'), options),
  stopProcessingJob: (dm, p, options) => dm.jobs.stop(text(p, 'owner'), text(p, 'id'), options),

  listStationEsafs: () => Promise.resolve([]),
  getStationEsafById: (_dm, p) => noApsDb(`ESAF ${text(p, 'id')}`),
  listStationProposals: () => Promise.resolve([]),
  getStationProposalById: (_dm, p) => noApsDb(`Proposal ${text(p, 'id')}`),
  getCurrentRun: () => noApsDb('Current run'),

  getServiceStatus: (dm) => Promise.resolve({ status: 'running', station: dm.station, services: dm.health() }),
};

/** Calls that only an administrator may make. */
export const ADMINISTRATOR_ROUTES: ReadonlySet<RouteName> = new Set<RouteName>([
  'addExperiment',
  'deleteExperimentByName',
  'addWorkflow',
  'updateWorkflow',
  'deleteWorkflowByName',
]);

/** DM's list by station leaves out directories and users (captured). */
function shortForm(experiment: Experiment): Partial<Experiment> {
  const full = ['storageDirectory', 'storageHost', 'storageUrl', 'dataDirectory', 'analysisDirectory'];
  const left = new Set([
    ...full,
    'systemDirectory',
    'managedDirectoryStructure',
    'experimentUsernameList',
    'stationName',
  ]);
  return Object.fromEntries(Object.entries(experiment).filter(([key]) => !left.has(key)));
}

function byStatus<T extends { status: string }>(entries: readonly T[], status: unknown): readonly T[] {
  if (status === undefined || status === 'any') return entries;
  if (status === 'active') return entries.filter((entry) => !isTerminalStatus(entry.status));
  return entries.filter((entry) => entry.status === status);
}

function page(p: WireParameters): { skip?: number; limit?: number } {
  return {
    ...(p['skip'] !== undefined && { skip: whole(p, 'skip') }),
    ...(p['limit'] !== undefined && { limit: whole(p, 'limit') }),
  };
}

function text(p: WireParameters, name: string): string {
  const value = p[name];
  if (typeof value !== 'string') throw new DmError('DM_INVALID_REQUEST', `The parameter ${name} is missing.`);
  return value;
}

function whole(p: WireParameters, name: string): number {
  const number = Number(text(p, name));
  if (!Number.isInteger(number) || number < 0) {
    throw new DmInvalidArgumentError(`The parameter ${name} must be a whole number, not "${text(p, name)}".`);
  }
  return number;
}

function check<S extends z.ZodType>(schema: S, value: unknown, name: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = [name, ...(issue?.path ?? [])].join('.');
  throw new DmInvalidArgumentError(`The parameter ${key} is not valid: ${issue?.message ?? 'unknown'}.`);
}

function checkStation(dm: DataManagement, station: string): void {
  if (station.toLowerCase() !== dm.station.toLowerCase()) {
    throw new DmObjectNotFoundError(`Station ${station} does not exist.`);
  }
}

function noApsDb(what: string): Promise<never> {
  return Promise.reject(new DmObjectNotFoundError(`${what} does not exist: this server has no APS database.`));
}

function pick<T extends object>(object: T, keys: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key))) as Partial<T>;
}
