import type { Action, Place } from './action.js';
import { withSlot } from './reduce-slots.js';
import { NO_MESSAGE, type InputState, type State } from './state.js';

type InputAction = Action & { type: 'input' | 'inputRefused' | 'putFailed' | 'putSucceeded' | 'message' };

function atPlace(state: State, place: Place, change: <S extends InputState<object>>(part: S) => S): State {
  if ('kind' in place) return withSlot(state, place.kind, place.slot, change);
  return { ...state, [place.area]: change<InputState<object>>(state[place.area]) };
}

function withoutKey(refused: Readonly<Record<string, string>>, input: string): Readonly<Record<string, string>> {
  if (!(input in refused)) return refused;
  return Object.fromEntries(Object.entries(refused).filter(([name]) => name !== input));
}

function withCommandError(state: State, place: Place, commandError: string): State {
  return 'kind' in place ? withSlot(state, place.kind, place.slot, (slot) => ({ ...slot, commandError })) : state;
}

function isExperiment(place: Place): boolean {
  return 'area' in place && place.area === 'experiment';
}

/** What a put does to the state: the input itself, or why it was refused, and the message of the IOC. */
export function reduceInputs(state: State, action: InputAction): State {
  switch (action.type) {
    case 'input': {
      const next = atPlace(state, action.place, (part) => ({
        ...part,
        inputs: { ...part.inputs, [action.input]: action.value },
        refused: withoutKey(part.refused, action.input),
      }));
      if (!isExperiment(action.place)) return next;
      return { ...next, experiment: { ...next.experiment, isUnconfirmed: false } };
    }
    case 'inputRefused': {
      const next = atPlace(state, action.place, (part) => ({
        ...part,
        refused: { ...part.refused, [action.input]: action.reason },
      }));
      // A client that overlooks the failure must not go on writing into the previous user's experiment.
      if (!isExperiment(action.place)) return next;
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
          ? { ...state, service: { ...state.service, message: NO_MESSAGE } }
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
