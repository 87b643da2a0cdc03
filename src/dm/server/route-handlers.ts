import type { CallOptions, DataManagement } from '../data-management.js';
import { DmInvalidArgumentError, DmObjectNotFoundError } from '../errors.js';
import { matchesQuery, type Query } from '../matches-query.js';
import type { Experiment } from '../schemas/experiment.js';
import type { Job } from '../schemas/job.js';
import { isTerminalStatus } from '../schemas/status.js';
import { fromWireDate } from '../wire/experiment-dates.js';
import type { RouteName, RouteParameters, RouteResponse } from '../wire/routes.js';

type RouteHandler<N extends RouteName> = (
  dm: DataManagement,
  parameters: RouteParameters<N>,
  options: CallOptions,
) => Promise<RouteResponse<N>>;

/** What each call does on the port. */
export const ROUTE_HANDLERS: { readonly [N in RouteName]: RouteHandler<N> } = {
  getExperimentsByStation: async (dm, { stationName }, options) => {
    checkStation(dm, stationName);
    return (await dm.experiments.list(options)).map(shortForm);
  },
  getExperimentById: (dm, { id }, options) => dm.experiments.getById(id, options),
  getExperimentByName: async (dm, { experimentName, stationName }, options) => {
    checkStation(dm, stationName);
    return dm.experiments.getByName(experimentName, options);
  },
  addExperiment: async (dm, { experimentName, stationName, startDate, endDate, usernameList, ...rest }, options) => {
    checkStation(dm, stationName);
    const users = usernameList !== undefined && { users: usernameList };
    const start = startDate !== undefined && { startDate: fromWireDate(startDate) };
    const end = endDate !== undefined && { endDate: fromWireDate(endDate) };
    return dm.experiments.add({ ...rest, name: experimentName, ...start, ...end, ...users }, options);
  },
  deleteExperimentByName: async (dm, { experimentName, stationName }, options) => {
    checkStation(dm, stationName);
    await dm.experiments.remove(experimentName, options);
  },

  startDaq: (dm, { experimentName, dataDirectory, taskInfo }, options) =>
    dm.daqs.start(experimentName, dataDirectory, taskInfo, options),
  stopDaq: (dm, { experimentName, dataDirectory }, options) => dm.daqs.stop(experimentName, dataDirectory, options),
  listDaqs: async (dm, { status }, options) => byStatus(await dm.daqs.list(options), status),
  getDaqInfo: (dm, { id }, options) => dm.daqs.get(id, options),
  clearDaq: (dm, { id }, options) => dm.daqs.clear(id, options),
  upload: (dm, { experimentName, dataDirectory, taskInfo }, options) =>
    dm.uploads.start(experimentName, dataDirectory, taskInfo, options),
  listUploads: async (dm, { status }, options) => byStatus(await dm.uploads.list(options), status),
  getUploadInfo: (dm, { id }, options) => dm.uploads.get(id, options),
  stopUpload: (dm, { id }, options) => dm.uploads.stop(id, options),
  clearUpload: (dm, { id }, options) => dm.uploads.clear(id, options),

  getExperimentFiles: (dm, { experimentName, queryDict, skip, limit }, options) => {
    refuseQuery(queryDict);
    return dm.catalog.listFiles(experimentName, { ...options, skip, limit });
  },
  getExperimentFile: (dm, { experimentName, experimentFilePath }, options) =>
    dm.catalog.getFile(experimentName, experimentFilePath, options),
  addExperimentDataset: (dm, { datasetInfo }, options) => dm.catalog.addDataset(datasetInfo, options),
  getExperimentDatasets: (dm, { experimentName, queryDict, skip, limit }, options) => {
    refuseQuery(queryDict);
    return dm.catalog.listDatasets(experimentName, { ...options, skip, limit });
  },
  getExperimentDataset: (dm, { experimentName, datasetName }, options) =>
    dm.catalog.getDataset(experimentName, datasetName, options),

  listWorkflows: async (dm, { owner, queryDict = {} }, options) =>
    (await dm.workflows.list(owner, options)).filter((workflow) => matchesQuery(workflow, queryDict)),
  getWorkflowByName: (dm, { owner, name }, options) => dm.workflows.get(owner, name, options),
  addWorkflow: (dm, { workflow }, options) => dm.workflows.add(workflow, options),
  updateWorkflow: (dm, { workflow }, options) => dm.workflows.update(workflow, options),
  deleteWorkflowByName: (dm, { owner, name }, options) => dm.workflows.remove(owner, name, options),
  startProcessingJob: (dm, { owner, name, argsDict }, options) => dm.jobs.start(owner, name, argsDict, options),
  listProcessingJobs: async (dm, { owner, queryDict = {}, skip, limit, keyList }, options) => {
    const query = Object.keys(queryDict).length > 0 && { query: queryDict };
    const jobs = await dm.jobs.list(owner, { ...options, ...query, skip, limit });
    if (keyList === 'ALL') return Promise.all(jobs.map((job) => dm.jobs.get(owner, job.id, options)));
    return Array.isArray(keyList) ? jobs.map((job) => withKeys(job, ['id', 'owner', 'status', ...keyList])) : jobs;
  },
  getProcessingJobById: (dm, { owner, id }, options) => dm.jobs.get(owner, id, options),
  stopProcessingJob: (dm, { owner, id }, options) => dm.jobs.stop(owner, id, options),

  listStationEsafs: () => Promise.resolve([]),
  getStationEsafById: (_dm, { id }) => noApsDb(`ESAF ${id}`),
  listStationProposals: () => Promise.resolve([]),
  getStationProposalById: (_dm, { id }) => noApsDb(`Proposal ${id}`),
  getCurrentRun: () => noApsDb('Current run'),

  getServiceStatus: (dm) => Promise.resolve({ status: 'running', station: dm.station, services: dm.health() }),
};

/** DM's list by station leaves out directories and users (captured). */
function shortForm(experiment: Experiment): Experiment {
  const full = ['storageDirectory', 'storageHost', 'storageUrl', 'dataDirectory', 'analysisDirectory'];
  const left = new Set([
    ...full,
    'systemDirectory',
    'managedDirectoryStructure',
    'experimentUsernameList',
    'stationName',
  ]);
  return Object.fromEntries(Object.entries(experiment).filter(([key]) => !left.has(key))) as Experiment;
}

function byStatus<T extends { status: string }>(entries: T[], status: string | undefined): T[] {
  if (status === undefined || status === 'any') return entries;
  if (status === 'active') return entries.filter((entry) => !isTerminalStatus(entry.status));
  return entries.filter((entry) => entry.status === status);
}

/** A whole list would pass for what was asked for. */
function refuseQuery(queryDict: Query = {}): void {
  if (Object.keys(queryDict).length === 0) return;
  throw new DmInvalidArgumentError('This server has no queries of the catalogue: leave queryDict empty.');
}

function checkStation(dm: DataManagement, station: string | undefined): void {
  if (station !== undefined && station.toLowerCase() !== dm.station.toLowerCase()) {
    throw new DmObjectNotFoundError(`Station ${station} does not exist.`);
  }
}

function noApsDb(what: string): Promise<never> {
  return Promise.reject(new DmObjectNotFoundError(`${what} does not exist: this server has no APS database.`));
}

function withKeys(job: Job, keys: readonly string[]): Job {
  return Object.fromEntries(Object.entries(job).filter(([key]) => keys.includes(key))) as Job;
}
