import { DmError } from '../errors.js';
import { type DmLogger, silentLogger } from '../logger.js';
import { CONTEXT_ROOT, type WireService } from '../wire/wire-service.js';
import { expandTemplate, type WireParameters } from '../wire/path-template.js';
import { createRouteTable, type ResolvedRoute, routeOf } from '../wire/route-table.js';
import { isConfirmed, type RouteName } from '../wire/routes.js';
import { CredentialsSource } from './credentials-source.js';
import { parseRestOptions, type RestOptionsInput } from './rest-options.js';
import { ServiceBoard } from './service-board.js';
import { ServiceClient } from './service-client.js';
import { Transport } from './transport.js';
import { unprotected } from './unprotected.js';

/** How one read-only call went. `skipped`: nothing is there to ask it about, or its service isn't configured. */
export interface ServiceCheck {
  readonly service: WireService;
  readonly url: string | null;
  readonly route: RouteName;
  /** Method and path as they were sent; the template when they were not. */
  readonly path: string;
  /** Whether the path is known from a real service, or set by the configuration. */
  readonly confirmed: boolean;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** What came, or why it failed. */
  readonly message: string;
  readonly durationMs: number;
}

type Entry = Readonly<Record<string, unknown>>;

/**
 * Call every read-only endpoint of the configured services once and tell which answer as expected. Changes nothing at DM.
 * @throws DmError DM_CONFIGURATION when the options or the login file are wrong
 */
export async function checkServices(
  input: RestOptionsInput,
  logger: DmLogger = silentLogger,
  signal?: AbortSignal,
): Promise<ServiceCheck[]> {
  const options = parseRestOptions(input);
  for (const warning of unprotected(options)) logger.warn({ tls: options.tls }, warning);
  const credentials = new CredentialsSource(options.loginFile);
  const owner = options.owner ?? (await credentials.read()).username;
  const transport = new Transport(options.tls, options.timeouts.connectMs);
  const table = createRouteTable(options.routes);
  const board = new ServiceBoard([], {
    changed: () => undefined,
    doubted: () => undefined,
    suspected: () => undefined,
    recovered: () => undefined,
  });
  const shared = { transport, credentials, table, board, logger, rest: options };
  const client = (service: 'DS' | 'DAQ' | 'CAT' | 'PROC' | 'APS_DB', url: string): ServiceClient =>
    new ServiceClient({ ...shared, service, url });
  const checks: ServiceCheck[] = [];
  const check = async (
    service: ServiceClient | undefined,
    name: RouteName,
    parameters: WireParameters | undefined,
  ): Promise<Entry[]> => {
    const resolved = routeOf(table, name);
    const { entries, ...result } = await checkOne(service, resolved, parameters, signal);
    checks.push({ ...describe(resolved, service, parameters), ...result });
    return entries;
  };
  try {
    const ds = client('DS', options.ds);
    const station = options.station;
    const [experiment] = await check(ds, 'getExperimentsByStation', { stationName: station });
    const experimentName = experiment?.['name'];
    await check(ds, 'getExperimentById', experiment && { id: experiment['id'] });
    await check(ds, 'getExperimentByName', experiment && { experimentName, stationName: station });
    await check(ds, 'getServiceStatus', {});
    for (const { url } of options.daq) {
      const daq = client('DAQ', url);
      const [first] = await check(daq, 'listDaqs', { status: 'any' });
      await check(daq, 'getDaqInfo', first && { id: first['id'] });
      const [upload] = await check(daq, 'listUploads', { status: 'any' });
      await check(daq, 'getUploadInfo', upload && { id: upload['id'] });
    }
    const cat = client('CAT', options.cat);
    const page = { experimentName, queryDict: {}, skip: 0, limit: 1 };
    const [file] = await check(cat, 'getExperimentFiles', experiment && page);
    await check(cat, 'getExperimentFile', file && { experimentName, experimentFilePath: file['experimentFilePath'] });
    const [dataset] = await check(cat, 'getExperimentDatasets', experiment && page);
    await check(cat, 'getExperimentDataset', dataset && { experimentName, datasetName: dataset['datasetName'] });
    const proc = client('PROC', options.proc);
    const [workflow] = await check(proc, 'listWorkflows', { owner, queryDict: {} });
    await check(proc, 'getWorkflowByName', workflow && { owner, name: workflow['name'] });
    const list = { owner, queryDict: {}, skip: 0, limit: 10, keyList: 'DEFAULT' };
    const [job] = await check(proc, 'listProcessingJobs', list);
    await check(proc, 'getProcessingJobById', job && { owner, id: job['id'] });
    const apsDb = options.apsDb === undefined ? undefined : client('APS_DB', options.apsDb);
    const place = { stationName: station, beamlineName: options.beamline };
    const [run] = await check(apsDb, 'getCurrentRun', {});
    const [esaf] = await check(apsDb, 'listStationEsafs', { ...place, year: new Date().getFullYear() });
    await check(apsDb, 'getStationEsafById', esaf && { stationName: station, id: esaf['esafId'] });
    const runName = run?.['name'] ?? run?.['runName'];
    const [proposal] = await check(apsDb, 'listStationProposals', { ...place, runName });
    await check(apsDb, 'getStationProposalById', proposal && { stationName: station, id: proposal['id'], runName });
    return checks;
  } finally {
    await transport.close();
  }
}

async function checkOne(
  service: ServiceClient | undefined,
  { name }: ResolvedRoute,
  parameters: WireParameters | undefined,
  signal: AbortSignal | undefined,
): Promise<Pick<ServiceCheck, 'outcome' | 'message' | 'durationMs'> & { entries: Entry[] }> {
  const startedMs = performance.now();
  const passed = (): number => Math.round(performance.now() - startedMs);
  if (service === undefined || parameters === undefined) {
    const message = service === undefined ? 'its service is not configured' : 'there is nothing to ask it about';
    return { entries: [], outcome: 'skipped', message, durationMs: 0 };
  }
  try {
    const answer: unknown = await service.call<RouteName>(name, parameters, {
      retry: false,
      ...(signal !== undefined && { signal }),
    });
    const entries = (Array.isArray(answer) ? answer : [answer]).filter(isEntry);
    const message = Array.isArray(answer) ? `${answer.length} entries` : 'one object';
    return { entries, outcome: 'ok', message, durationMs: passed() };
  } catch (error) {
    signal?.throwIfAborted();
    const message = error instanceof DmError ? `${error.code}: ${error.message}` : String(error);
    return { entries: [], outcome: 'failed', message, durationMs: passed() };
  }
}

function describe(
  { name, route, path, overridden }: ResolvedRoute,
  service: ServiceClient | undefined,
  parameters: WireParameters | undefined,
): Pick<ServiceCheck, 'service' | 'url' | 'route' | 'path' | 'confirmed'> {
  let sent = path.source;
  try {
    if (parameters !== undefined) sent = `${path.method} ${CONTEXT_ROOT}${expandTemplate(path, parameters)}`;
  } catch {
    // The call itself says what is missing.
  }
  return {
    service: service?.service ?? route.service,
    url: service?.url ?? null,
    route: name,
    path: sent,
    confirmed: isConfirmed(route) || overridden,
  };
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null;
}
