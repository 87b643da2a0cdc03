import type { Action, Place } from './action.js';
import { mapChanged } from './reduce-slots.js';
import type { InputState, SlotState, State } from './state.js';

type InputAction = Action & { type: 'input' | 'inputRefused' | 'putFailed' | 'putSucceeded' | 'message' };

function atPlace(state: State, place: Place, change: <S extends InputState<object>>(area: S) => S): State {
  const at = place.slot - 1;
  const inSlot = <S extends SlotState<object>>(slots: readonly S[]): readonly S[] =>
    mapChanged(slots, (slot, index) => (index === at ? change(slot) : slot));
  switch (place.area) {
    case 'service':
      return { ...state, service: change(state.service) };
    case 'experiment':
      return { ...state, experiment: change(state.experiment) };
    case 'file':
      return { ...state, file: change(state.file) };
    case 'dataset':
      return { ...state, dataset: change(state.dataset) };
    case 'daq':
      return { ...state, daqSlots: inSlot(state.daqSlots) };
    case 'upload':
      return { ...state, uploadSlots: inSlot(state.uploadSlots) };
    case 'workflow':
      return { ...state, workflowSlots: inSlot(state.workflowSlots) };
  }
}

function withoutKey(refused: Readonly<Record<string, string>>, input: string): Readonly<Record<string, string>> {
  if (!(input in refused)) return refused;
  return Object.fromEntries(Object.entries(refused).filter(([name]) => name !== input));
}

function withCommandError(state: State, place: Place, commandError: string): State {
  if (place.area !== 'daq' && place.area !== 'upload' && place.area !== 'workflow') return state;
  return atPlace(state, place, (area) => ('commandError' in area ? { ...area, commandError } : area));
}

/** What a put does to the state: the input itself, or why it was refused, and the message of the IOC. */
export function reduceInputs(state: State, action: InputAction): State {
  switch (action.type) {
    case 'input': {
      const next = atPlace(state, action.place, (area) => ({
        ...area,
        inputs: { ...area.inputs, [action.input]: action.value },
        refused: withoutKey(area.refused, action.input),
      }));
      if (action.place.area !== 'experiment') return next;
      return { ...next, experiment: { ...next.experiment, isUnconfirmed: false } };
    }
    case 'inputRefused': {
      const next = atPlace(state, action.place, (area) => ({
        ...area,
        refused: { ...area.refused, [action.input]: action.reason },
      }));
      // A client that overlooks the failure must not go on writing into the previous user's experiment.
      if (action.place.area !== 'experiment') return next;
      return { ...next, experiment: { ...next.experiment, selected: null, isUnconfirmed: false } };
    }
    case 'putFailed': {
      const message = { text: `${action.pv}: ${action.reason}`, severity: action.severity, source: action.pv };
      const next = { ...state, service: { ...state.service, message } };
      return withCommandError(next, action.place, action.reason);
    }
    case 'putSucceeded': {
      const { message } = state.service;
      const next =
        message.source === action.pv && message.text !== ''
          ? { ...state, service: { ...state.service, message: { text: '', severity: 'NONE' as const, source: '' } } }
          : state;
      return action.isCommand ? withCommandError(next, action.place, '') : next;
    }
    case 'message':
      return {
        ...state,
        service: { ...state.service, message: { text: action.text, severity: action.severity, source: '' } },
      };
  }
}
