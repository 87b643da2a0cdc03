import type { Shown } from '../../registry/signal.js';
import { silenceS, type StreamSlot } from './stream-slot.js';
import { isFinal } from './stream-state.js';
import type { Stream } from './stream.js';

/** The state, with the alarm that it is: Failed MAJOR, Aborted MINOR, and MINOR while the workflow is silent. */
export function shownState({ object, warning }: StreamSlot): Shown {
  if (object === null) return { value: 'Idle' };
  const { state: value, error } = object;
  if (value === 'Failed') return { value, severity: 'MAJOR', message: error };
  if (value === 'Aborted') return { value, severity: 'MINOR', message: error };
  return warning === '' ? { value } : { value, severity: 'MINOR', message: warning };
}

/** Whether the workflow was heard lately. */
export function shownAlive(slot: StreamSlot): Shown {
  const silent = silenceS(slot);
  if (silent === null) return { value: false };
  return slot.warning === '' ? { value: true } : { value: false, severity: 'MAJOR', message: slot.warning };
}

/** True from the workflow's Ready until it finishes. */
export function isReady(object: Stream | null): boolean {
  return object !== null && (object.state === 'Ready' || object.state === 'Streaming');
}

/** One line: the state, the stage, and what is wrong or was said last. */
export function stateText({ object, warning, commandError }: StreamSlot): string {
  if (object === null) return commandError === '' ? 'Idle' : `Idle: ${commandError}`;
  const { state, report, error, jobStatus, live } = object;
  const stage = report.stage === '' || isFinal(state) ? '' : `, ${report.stage}`;
  const goesOn = object.status === 'finalizing' ? `, its job is ${jobStatus}` : '';
  const more = error || warning || (isFinal(state) ? '' : live.waiting) || report.message;
  return `${state}${stage}${goesOn}${more === '' ? '' : `: ${more}`}`;
}
