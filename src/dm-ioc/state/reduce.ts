import type { Workflow } from 'dm';
import type { Action } from './action.js';
import { reduceInputs } from './reduce-inputs.js';
import { holdId, takeObjects, tickSlots } from './reduce-slots.js';
import type { AnySlotRules, Moment } from './slot-rules.js';
import { NO_MESSAGE, workflowKey, type Health, type State } from './state.js';

function reduceHealth(state: State, health: Health): State {
  const downReason = Object.values(health)
    .filter(({ connected }) => !connected)
    .map(({ service, lastError }) => `${service}: ${lastError ?? 'not connected'}`)
    .join('; ');
  return { ...state, health, service: { ...state.service, downReason } };
}

function momentOf({ service, experiment }: State, nowMs: number, steadyMs: number): Moment {
  return { nowMs, steadyMs, backend: service.backend, experimentName: experiment.selected?.name ?? null };
}

function tickAllSlots(state: State, kinds: readonly AnySlotRules[], moment: Moment): State {
  return kinds.reduce((next, rules) => tickSlots(next, rules, moment), state);
}

function rulesOf(kinds: readonly AnySlotRules[], kind: string): AnySlotRules {
  const rules = kinds.find(({ name }) => name === kind);
  if (rules === undefined) throw new RangeError(`no kind of slot ${kind}`);
  return rules;
}

/**
 * The next state. Pure: time comes in as an argument, and an unchanged part keeps its reference.
 * @param nowMs of the clock @param steadyMs of one that is never set
 */
export function reduce(
  state: State,
  action: Action,
  kinds: readonly AnySlotRules[],
  nowMs: number,
  steadyMs = nowMs,
): State {
  const moment = momentOf(state, nowMs, steadyMs);
  switch (action.type) {
    case 'tick': {
      const heartbeat = (state.service.heartbeat + 1) % 2_147_483_647;
      return tickAllSlots({ ...state, service: { ...state.service, heartbeat } }, kinds, moment);
    }
    case 'identity':
      return { ...state, service: { ...state.service, station: action.station, owner: action.owner } };
    case 'experiments': {
      const experiments = state.experiments.concat(action.experiments.map((one) => [one.name, one]));
      const { selected } = state.experiment;
      const changed = action.experiments.find((one) => one.name === selected?.name);
      return changed === undefined
        ? { ...state, experiments }
        : { ...state, experiments, experiment: { ...state.experiment, selected: { ...selected, ...changed } } };
    }
    case 'experimentRemoved': {
      const experiments = state.experiments.delete(action.name);
      return state.experiment.selected?.name === action.name
        ? { ...state, experiments, experiment: { ...state.experiment, selected: null } }
        : { ...state, experiments };
    }
    case 'experimentSelected': {
      const experiment = { ...state.experiment, selected: action.experiment, isUnconfirmed: false };
      // What runs for another experiment says so at once.
      const next = { ...state, experiment };
      return tickAllSlots(next, kinds, momentOf(next, nowMs, steadyMs));
    }
    case 'experimentUnconfirmed':
      return { ...state, experiment: { ...state.experiment, isUnconfirmed: true } };
    case 'objects':
      return takeObjects(state, rulesOf(kinds, action.kind), action.objects, moment);
    case 'workflows': {
      const entries = action.workflows.map((one): [string, Workflow] => [workflowKey(one.owner, one.name), one]);
      return { ...state, workflows: state.workflows.concat(entries) };
    }
    case 'workflowRemoved':
      return { ...state, workflows: state.workflows.delete(workflowKey(action.owner, action.name)) };
    case 'health':
      return reduceHealth(state, { ...state.health, [action.health.service]: action.health });
    case 'slotTaken': {
      const rules = rulesOf(kinds, action.kind);
      const held = holdId(state, rules, action.slot, action.object.id);
      return takeObjects(held, rules, [action.object], moment);
    }
    case 'slotRestored':
      return holdId(state, rulesOf(kinds, action.kind), action.slot, action.id, true);
    case 'slotCleared':
      return holdId(state, rulesOf(kinds, action.kind), action.slot, '');
    case 'saved': {
      const service = { ...state.service, unsavedReason: action.problem ?? '' };
      const { message } = service;
      if (action.problem !== null) {
        const text = `Autosave: ${action.problem}`;
        return { ...state, service: { ...service, message: { text, severity: 'MAJOR', source: 'Autosave' } } };
      }
      return { ...state, service: message.source === 'Autosave' ? { ...service, message: NO_MESSAGE } : service };
    }
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
