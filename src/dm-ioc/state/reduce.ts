import { isTerminalStatus, type DaqInfo, type UploadInfo } from 'dm';
import type { Action } from './action.js';
import { advisorOf } from './advisory.js';
import { summarizeJob } from './job-view.js';
import { reduceInputs } from './reduce-inputs.js';
import {
  mapChanged,
  takeJob,
  tickDaqSlot,
  tickUploadSlot,
  tickWorkflowSlot,
  updateDaqSlot,
  updateUploadSlot,
  updateWorkflowSlot,
} from './reduce-slots.js';
import { isOvertaken } from './status-rank.js';
import { workflowKey, type Health, type State } from './state.js';

/** Ended jobs, DAQs and uploads beyond this number leave the tables, oldest first. */
export const KEPT = 1000;

function withEntries<V>(
  map: ReadonlyMap<string, V>,
  values: readonly V[],
  key: (value: V) => string,
): ReadonlyMap<string, V> {
  const next = new Map(map);
  for (const value of values) next.set(key(value), value);
  return next;
}

function withTransfers<V extends DaqInfo | UploadInfo>(
  map: ReadonlyMap<string, V>,
  values: readonly V[],
  slots: readonly { readonly id: string }[],
): ReadonlyMap<string, V> {
  const next = new Map(map);
  for (const value of values) if (!isOvertaken(map.get(value.id), value)) next.set(value.id, value);
  pruneEnded(next, slots, (transfer) => transfer.startTime ?? 0);
  return next;
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const next = new Map(map);
  next.delete(key);
  return next;
}

/** Lets the oldest ended ones go when there are too many; what a slot holds stays. */
function pruneEnded<V extends { readonly id: string; readonly status: string }>(
  map: Map<string, V>,
  slots: readonly { readonly id: string }[],
  timeOf: (value: V) => number,
): void {
  if (map.size <= KEPT * 1.1) return;
  const held = new Set(slots.map((slot) => slot.id));
  const ended = [...map.values()]
    .filter((value) => isTerminalStatus(value.status) && !held.has(value.id))
    .sort((a, b) => timeOf(a) - timeOf(b));
  for (const value of ended.slice(0, map.size - KEPT)) map.delete(value.id);
}

function reduceJobs(state: State, action: Action & { type: 'jobs' }, nowMs: number): State {
  const jobs = new Map(state.jobs);
  for (const job of action.jobs) {
    const known = jobs.get(job.id);
    if (!isOvertaken(known, job)) jobs.set(job.id, summarizeJob(job, known));
  }
  pruneEnded(jobs, state.workflowSlots, (job) => job.submissionTime);
  const advisor = advisorOf(state.service.backend);
  const byId = new Map(action.jobs.map((job) => [job.id, job]));
  const workflowSlots = mapChanged(state.workflowSlots, (slot) => {
    const job = slot.id === '' ? undefined : byId.get(slot.id);
    return job === undefined || isOvertaken(slot.job, job) ? slot : updateWorkflowSlot(slot, job, nowMs, advisor);
  });
  return { ...state, jobs, workflowSlots };
}

function reduceHealth(state: State, health: Health): State {
  const downReason = Object.values(health)
    .filter(({ connected }) => !connected)
    .map(({ service, lastError }) => `${service}: ${lastError ?? 'not connected'}`)
    .join('; ');
  return { ...state, health, service: { ...state.service, downReason } };
}

function reduceTick(state: State, nowMs: number): State {
  const advisor = advisorOf(state.service.backend);
  return {
    ...state,
    service: { ...state.service, heartbeat: (state.service.heartbeat + 1) % 2_147_483_647 },
    daqSlots: mapChanged(state.daqSlots, (slot) => tickDaqSlot(slot, nowMs, advisor)),
    uploadSlots: mapChanged(state.uploadSlots, (slot) => tickUploadSlot(slot, nowMs)),
    workflowSlots: mapChanged(state.workflowSlots, (slot) => tickWorkflowSlot(slot, nowMs)),
  };
}

function reduceSlotTaken(state: State, action: Action & { type: 'slotTaken' }, nowMs: number): State {
  const at = action.slot - 1;
  const advisor = advisorOf(state.service.backend);
  switch (action.area) {
    case 'daq': {
      const { daq } = action;
      const daqSlots = mapChanged(state.daqSlots, (slot, index) =>
        index === at ? updateDaqSlot({ ...slot, id: daq.id, commandError: '' }, daq, nowMs, advisor) : slot,
      );
      return { ...state, daqSlots, daqs: withTransfers(state.daqs, [daq], daqSlots) };
    }
    case 'upload': {
      const { upload } = action;
      const uploadSlots = mapChanged(state.uploadSlots, (slot, index) =>
        index === at ? updateUploadSlot({ ...slot, id: upload.id, commandError: '' }, upload, nowMs, advisor) : slot,
      );
      return { ...state, uploadSlots, uploads: withTransfers(state.uploads, [upload], uploadSlots) };
    }
    case 'workflow': {
      const { job } = action;
      const workflowSlots = mapChanged(state.workflowSlots, (slot, index) =>
        index === at ? takeJob(slot, job, nowMs) : slot,
      );
      return reduceJobs({ ...state, workflowSlots }, { type: 'jobs', jobs: [job] }, nowMs);
    }
  }
}

function reduceSlotHolds(state: State, area: 'daq' | 'upload' | 'workflow', slotNumber: number, id: string): State {
  const at = slotNumber - 1;
  const empty = { id, commandError: '', warning: '' };
  switch (area) {
    case 'daq':
      return {
        ...state,
        daqSlots: mapChanged(state.daqSlots, (slot, index) => (index === at ? { ...slot, ...empty, daq: null } : slot)),
      };
    case 'upload':
      return {
        ...state,
        uploadSlots: mapChanged(state.uploadSlots, (slot, index) =>
          index === at ? { ...slot, ...empty, upload: null } : slot,
        ),
      };
    case 'workflow':
      return {
        ...state,
        workflowSlots: mapChanged(state.workflowSlots, (slot, index) =>
          index === at ? { ...slot, ...empty, job: null, report: '', timedOut: false } : slot,
        ),
      };
  }
}

/** The next state. Pure: time comes in as an argument, and an unchanged part keeps its reference. */
export function reduce(state: State, action: Action, nowMs: number): State {
  switch (action.type) {
    case 'tick':
      return reduceTick(state, nowMs);
    case 'identity':
      return { ...state, service: { ...state.service, station: action.station, owner: action.owner } };
    case 'experiments': {
      const experiments = withEntries(state.experiments, action.experiments, (one) => one.name);
      const { selected } = state.experiment;
      const changed = action.experiments.find((one) => one.name === selected?.name);
      return changed === undefined
        ? { ...state, experiments }
        : { ...state, experiments, experiment: { ...state.experiment, selected: { ...selected, ...changed } } };
    }
    case 'experimentRemoved': {
      const experiments = without(state.experiments, action.name);
      return state.experiment.selected?.name === action.name
        ? { ...state, experiments, experiment: { ...state.experiment, selected: null } }
        : { ...state, experiments };
    }
    case 'experimentSelected':
      return { ...state, experiment: { ...state.experiment, selected: action.experiment, isUnconfirmed: false } };
    case 'experimentUnconfirmed':
      return { ...state, experiment: { ...state.experiment, isUnconfirmed: true } };
    case 'daqs': {
      const advisor = advisorOf(state.service.backend);
      const byId = new Map(action.daqs.map((daq) => [daq.id, daq]));
      const daqSlots = mapChanged(state.daqSlots, (slot) => {
        const daq = byId.get(slot.id);
        return daq === undefined || isOvertaken(slot.daq, daq) ? slot : updateDaqSlot(slot, daq, nowMs, advisor);
      });
      return { ...state, daqSlots, daqs: withTransfers(state.daqs, action.daqs, daqSlots) };
    }
    case 'uploads': {
      const advisor = advisorOf(state.service.backend);
      const byId = new Map(action.uploads.map((upload) => [upload.id, upload]));
      const uploadSlots = mapChanged(state.uploadSlots, (slot) => {
        const upload = byId.get(slot.id);
        return upload === undefined || isOvertaken(slot.upload, upload)
          ? slot
          : updateUploadSlot(slot, upload, nowMs, advisor);
      });
      return { ...state, uploadSlots, uploads: withTransfers(state.uploads, action.uploads, uploadSlots) };
    }
    case 'jobs':
      return reduceJobs(state, action, nowMs);
    case 'workflows':
      return {
        ...state,
        workflows: withEntries(state.workflows, action.workflows, (one) => workflowKey(one.owner, one.name)),
      };
    case 'workflowRemoved':
      return { ...state, workflows: without(state.workflows, workflowKey(action.owner, action.name)) };
    case 'health':
      return reduceHealth(state, { ...state.health, [action.health.service]: action.health });
    case 'slotTaken':
      return reduceSlotTaken(state, action, nowMs);
    case 'slotRestored':
      return reduceSlotHolds(state, action.area, action.slot, action.id);
    case 'slotCleared':
      return reduceSlotHolds(state, action.area, action.slot, '');
    case 'fileFound':
      return { ...state, file: { ...state.file, file: action.file } };
    case 'datasetStatus':
      return { ...state, dataset: { ...state.dataset, status: action.status, error: action.error } };
    case 'input':
    case 'inputRefused':
    case 'putFailed':
    case 'putSucceeded':
    case 'message':
      return reduceInputs(state, action);
  }
}
