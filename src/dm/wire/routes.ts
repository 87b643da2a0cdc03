import { z } from 'zod';
import { esafSchema, proposalSchema, runSchema } from '../schemas/aps-db.js';
import { datasetSchema, fileMetadataSchema } from '../schemas/catalog.js';
import { experimentSchema } from '../schemas/experiment.js';
import { jobSchema } from '../schemas/job.js';
import { daqInfoSchema, uploadInfoSchema } from '../schemas/transfer.js';
import { workflowSchema } from '../schemas/workflow.js';
import type { WireService } from './wire-service.js';

/**
 * Where a path is known from: `captured` from a service in production, read in the vendor's `package`, `inferred` by
 * analogy with a captured path, `recalled` or `assumed` without a source.
 */
export type Evidence = 'captured' | 'package' | 'inferred' | 'recalled' | 'assumed';

/** One call of DM's protocol. `cost` chooses the time limit; only what `writes` may change something and is never repeated. */
export interface Route<S extends z.ZodType = z.ZodType> {
  readonly service: WireService;
  /** See `parsePathTemplate`. */
  readonly template: string;
  readonly response: S;
  readonly evidence: Evidence;
  readonly cost: 'read' | 'list' | 'write';
}

function read<S extends z.ZodType>(service: WireService, evidence: Evidence, template: string, response: S): Route<S> {
  return { service, evidence, template, response, cost: 'read' };
}

function list<S extends z.ZodType>(
  service: WireService,
  evidence: Evidence,
  template: string,
  entry: S,
): Route<z.ZodArray<S>> {
  return { service, evidence, template, response: z.array(entry), cost: 'list' };
}

function write<S extends z.ZodType>(service: WireService, evidence: Evidence, template: string, response: S): Route<S> {
  return { service, evidence, template, response, cost: 'write' };
}

/** What the call answers on a real service is not known; callers read the object afterwards when it isn't one. */
const undocumented = z.unknown();

/** Every call that this program makes or serves, by DM's own API names. Configuration can replace any template. */
export const ROUTES = {
  getExperimentsByStation: list('DS', 'captured', 'GET /experimentsByStation/{stationName}', experimentSchema),
  getExperimentById: read('DS', 'captured', 'GET /experimentsById/{id}', experimentSchema),
  getExperimentByName: read(
    'DS',
    'captured',
    'GET /experimentsByName/{E(experimentName)}/{stationName}',
    experimentSchema,
  ),
  addExperiment: write(
    'DS',
    'recalled',
    'POST /experiments?experimentName={E(experimentName)}&stationName={E(stationName)}&typeName={E(typeName)?}&description={E(description)?}' +
      '&rootPath={E(rootPath)?}&startDate={E(startDate)?}&endDate={E(endDate)?}&usernameList={J(usernameList)?}',
    experimentSchema,
  ),
  deleteExperimentByName: write(
    'DS',
    'inferred',
    'DELETE /experimentsByName/{E(experimentName)}/{stationName}',
    undocumented,
  ),

  startDaq: write(
    'DAQ',
    'captured',
    'POST /experimentsByName/{E(experimentName)}/startDaq/{E(dataDirectory)}?taskInfo={J(taskInfo)}',
    daqInfoSchema,
  ),
  stopDaq: write(
    'DAQ',
    'inferred',
    'POST /experimentsByName/{E(experimentName)}/stopDaq/{E(dataDirectory)}',
    undocumented,
  ),
  listDaqs: list('DAQ', 'recalled', 'GET /daqsByStatus/{status}', daqInfoSchema),
  getDaqInfo: read('DAQ', 'recalled', 'GET /daqs/{id}', daqInfoSchema),
  clearDaq: write('DAQ', 'recalled', 'DELETE /daqs/{id}', undocumented),
  upload: write(
    'DAQ',
    'inferred',
    'POST /experimentsByName/{E(experimentName)}/upload/{E(dataDirectory)}?taskInfo={J(taskInfo)}',
    uploadInfoSchema,
  ),
  listUploads: list('DAQ', 'recalled', 'GET /uploadsByStatus/{status}', uploadInfoSchema),
  getUploadInfo: read('DAQ', 'recalled', 'GET /uploads/{id}', uploadInfoSchema),
  stopUpload: write('DAQ', 'recalled', 'POST /uploads/{id}/stopUpload', undocumented),
  clearUpload: write('DAQ', 'recalled', 'DELETE /uploads/{id}', undocumented),

  getExperimentFiles: list(
    'CAT',
    'assumed',
    'GET /experimentFiles/{E(experimentName)}?queryDict={J(queryDict)}&skip={skip}&limit={limit}',
    fileMetadataSchema,
  ),
  getExperimentFile: read(
    'CAT',
    'assumed',
    'GET /experimentFiles/{E(experimentName)}/{E(experimentFilePath)}',
    fileMetadataSchema,
  ),
  addExperimentDataset: write('CAT', 'assumed', 'POST /experimentDatasets?datasetInfo={J(datasetInfo)}', datasetSchema),
  getExperimentDatasets: list(
    'CAT',
    'assumed',
    'GET /experimentDatasets/{E(experimentName)}?queryDict={J(queryDict)}&skip={skip}&limit={limit}',
    datasetSchema,
  ),
  getExperimentDataset: read(
    'CAT',
    'assumed',
    'GET /experimentDatasets/{E(experimentName)}/{E(datasetName)}',
    datasetSchema,
  ),

  listWorkflows: list('PROC', 'captured', 'GET /workflowsByOwner/{owner}?queryDict={J(queryDict)}', workflowSchema),
  getWorkflowByName: read('PROC', 'captured', 'GET /workflowsByOwner/{owner}/{E(name)}', workflowSchema),
  addWorkflow: write(
    'PROC',
    'captured',
    'POST /workflows/addWorkflow?allowCurrentUsername=0&workflow={J(workflow)}',
    workflowSchema,
  ),
  updateWorkflow: write(
    'PROC',
    'captured',
    'PUT /workflows/updateWorkflow?allowCurrentUsername=0&workflow={J(workflow)}',
    workflowSchema,
  ),
  deleteWorkflowByName: write('PROC', 'inferred', 'DELETE /workflowsByOwner/{owner}/{E(name)}', undocumented),
  startProcessingJob: write(
    'PROC',
    'captured',
    'POST /processingJobsByWorkflow/{owner}/{E(name)}/startProcessingJob?argsDict={J(argsDict)}',
    jobSchema,
  ),
  listProcessingJobs: list(
    'PROC',
    'captured',
    'GET /processingJobsByOwner/{owner}?queryDict={J(queryDict)}&skip={skip}&limit={limit}&keyList={J(keyList)}',
    jobSchema,
  ),
  getProcessingJobById: read('PROC', 'captured', 'GET /processingJobsByOwner/{owner}/{id}', jobSchema),
  stopProcessingJob: write(
    'PROC',
    'recalled',
    'POST /processingJobsByOwner/{owner}/{id}/stopProcessingJob',
    undocumented,
  ),

  listStationEsafs: list(
    'APS_DB',
    'captured',
    'GET /esaf/stationEsafs/{E(stationName)}/{E(beamlineName)?}?year={year}',
    esafSchema,
  ),
  getStationEsafById: read('APS_DB', 'captured', 'GET /esaf/stationEsafsById/{E(stationName)}/{id}', esafSchema),
  listStationProposals: list(
    'APS_DB',
    'captured',
    'GET /bss/stationProposals/{E(stationName)}/{E(beamlineName)?}?runName={runName?}',
    proposalSchema,
  ),
  getStationProposalById: read(
    'APS_DB',
    'captured',
    'GET /bss/stationProposalsById/{E(stationName)}/{id}?runName={runName?}',
    proposalSchema,
  ),
  getCurrentRun: read('APS_DB', 'package', 'GET /bss/runs/current', runSchema),

  getServiceStatus: read('ANY', 'assumed', 'GET /serviceStatus', undocumented),
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
/** What a call answers, parsed. */
export type RouteResponse<N extends RouteName> = z.output<(typeof ROUTES)[N]['response']>;

export const ROUTE_NAMES = Object.keys(ROUTES) as RouteName[];

/** False where the path is a guess that a site should confirm (`dm-ioc dm check`, `dm-ioc dm record`). */
export function isConfirmed(route: Route): boolean {
  return route.evidence === 'captured' || route.evidence === 'package';
}
