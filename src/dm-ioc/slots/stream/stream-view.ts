import type { Alarm, Shown } from '../../registry/signal.js';
import type { StreamSlot } from './stream-slot.js';
import { isFinal } from './stream-state.js';
import { SEVERITIES, type Stream } from './stream.js';

/** An alarm message is one line. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/**
 * What is wrong with the stream: Failed MAJOR, Aborted MINOR, and while it goes on the worse of the workflow's silence (MINOR) and of what
 * it reports itself.
 */
export function streamAlarm({ object, warning }: StreamSlot): Required<Pick<Alarm, 'severity' | 'message'>> {
  if (object === null) return { severity: 'NONE', message: '' };
  const { state, error, report } = object;
  if (state === 'Failed') return { severity: 'MAJOR', message: error };
  if (state === 'Aborted') return { severity: 'MINOR', message: error };
  const own = { severity: warning === '' ? 'NONE' : 'MINOR', message: warning } as const;
  const isWorse = SEVERITIES.indexOf(report.alarm.severity) > SEVERITIES.indexOf(own.severity);
  return isWorse && !isFinal(state) ? report.alarm : own;
}

/** The state, with the alarm that it is. */
export function shownState(slot: StreamSlot): Shown {
  const { severity, message } = streamAlarm(slot);
  return { value: slot.object?.state ?? 'Idle', severity, message: firstLine(message) };
}

/** Whether the workflow was heard lately. */
export function shownAlive({ object, warning }: StreamSlot): Shown {
  if (object === null || isFinal(object.state)) return { value: false };
  return warning === '' ? { value: object.seenMs !== null } : { value: false, severity: 'MAJOR', message: warning };
}

/** True from the workflow's Ready until it finishes. */
export function isReady(object: Stream | null): boolean {
  return object !== null && (object.state === 'Ready' || object.state === 'Streaming');
}

/** One line: the state, the stage, and what is wrong or was said last. */
export function stateText(slot: StreamSlot): string {
  const { object, commandError } = slot;
  if (object === null) return commandError === '' ? 'Idle' : `Idle: ${commandError}`;
  const { state, report, jobStatus, live } = object;
  const stage = report.stage === '' || isFinal(state) ? '' : `, ${report.stage}`;
  const goesOn = object.status === 'finalizing' ? `, its job is ${jobStatus}` : '';
  const more = firstLine(streamAlarm(slot).message || (isFinal(state) ? '' : live.waiting) || report.message);
  return `${state}${stage}${goesOn}${more === '' ? '' : `: ${more}`}`;
}
