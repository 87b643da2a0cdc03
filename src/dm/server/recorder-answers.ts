import { randomUUID } from 'node:crypto';
import { ROUTES, type RouteName } from '../wire/routes.js';
import type { KnownValues, RecordedCall } from './recorded-call.js';

/** A reply that lets the vendor client go on: one entry of the right kind, built from what it asked for. */
export function answerRecordedCall(call: RecordedCall, known: KnownValues): unknown {
  if (call.route === null) return call.method === 'GET' && /s(?:By|$|\/)/u.test(call.path) ? [] : { id: randomUUID() };
  const object = sampleOf(call.route, known);
  return ROUTES[call.route].cost === 'list' ? [object] : object;
}

function sampleOf(route: RouteName, { station, owner, markers }: KnownValues): Record<string, unknown> {
  const now = Date.now() / 1000;
  const user = owner ?? 'dmuser';
  const name = markers['experimentName'] ?? 'recorder';
  const directory = markers['dataDirectory'] ?? '/recorder/data';
  const workflow = {
    id: '0'.repeat(24),
    name: markers['name'] ?? 'recorder',
    owner: user,
    userAccount: user,
    stages: { '01': { command: 'true' } },
  };
  if (route.includes('Job')) {
    const id = markers['id'] ?? randomUUID();
    return { id, owner: user, workflow, status: 'done', submissionTime: now, countFiles: 0, startTime: now };
  }
  if (route.includes('Workflow')) return workflow;
  if (/Daq|[uU]pload/u.test(route)) {
    const counters = { countFiles: 0, nProcessedFiles: 0, nProcessingErrors: 0, percentageComplete: 100 };
    const id = markers['id'] ?? randomUUID();
    const place = { experimentName: name, experimentStationName: station, dataDirectory: directory };
    return { id, ...place, ...counters, status: 'running', startTime: now, startTimestamp: new Date().toISOString() };
  }
  if (route.includes('Dataset')) {
    return { id: '0'.repeat(24), experimentName: name, datasetName: markers['datasetName'] ?? 'recorder' };
  }
  if (route.includes('File')) {
    const path = markers['experimentFilePath'] ?? 'recorder/file.h5';
    const fileName = path.split('/').at(-1) ?? path;
    return { id: '0'.repeat(24), fileName, experimentFilePath: path, experimentName: name, fileSize: 0, md5Sum: null };
  }
  if (route.includes('Experiment')) {
    const stationObject = { id: 1, name: station, description: station };
    const dates = { startDate: '2026-01-01 00:00:00-06:00', createDate: '2026-01-01 00:00:00.000000-06:00' };
    return { id: 1, name, description: '', experimentStation: stationObject, experimentType: stationObject, ...dates };
  }
  if (route.includes('Esaf')) return { esafId: 1, esafTitle: 'recorder', experimentUsers: [] };
  if (route.includes('Proposal')) return { id: 1, title: 'recorder', experimenters: [], activities: [] };
  return {};
}
