import type { Alarm, Shown } from '../../registry/signal.js';
import type { StreamSlot } from './stream-slot.js';
import { isFinal } from './stream-state.js';
import { SEVERITIES, type Stream, type StreamAnswer } from './stream.js';

/** An alarm message is one line. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** Why the frames can't be seen; whoever sends them may leave when the workflow only finishes. */
function dataProblem({ state, live }: Stream): string {
  return isFinal(state) || state === 'Finishing' ? '' : live.data.problem;
}

/**
 * What is wrong with the stream: Failed MAJOR, Aborted MINOR, and while it goes on the worse of the workflow's silence or what is lost
 * (MINOR), and of what it reports itself.
 */
export function streamAlarm({ object, warning: silence }: StreamSlot): Required<Pick<Alarm, 'severity' | 'message'>> {
  if (object === null) return { severity: 'NONE', message: '' };
  const { state, error, report } = object;
  if (state === 'Failed') return { severity: 'MAJOR', message: error };
  if (state === 'Aborted') return { severity: 'MINOR', message: error };
  const warning = [silence, dataProblem(object)].filter((text) => text !== '').join('; ');
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

/** What was said to a command: its number, what came of it, and the message. */
export function answerText(answer: StreamAnswer | undefined): string {
  if (answer === undefined) return '';
  const { sequence, outcome, message } = answer;
  return `${sequence} ${outcome}${message === '' ? '' : `: ${message}`}`;
}

/** True from the workflow's Ready until it finishes. */
export function isReady(object: Stream | null): boolean {
  return object !== null && (object.state === 'Ready' || object.state === 'Streaming');
}

/** One line: the state, the stage, what is wrong or was said last, and what is waited for. */
export function stateText(slot: StreamSlot): string {
  const { object, commandError } = slot;
  if (object === null) return commandError === '' ? 'Idle' : `Idle: ${commandError}`;
  const { state, report, jobStatus, live } = object;
  const stage = report.stage === '' || isFinal(state) ? '' : `, ${report.stage}`;
  const goesOn = object.status === 'finalizing' ? `, its job is ${jobStatus}` : '';
  const said = firstLine(streamAlarm(slot).message || report.message);
  const waiting = isFinal(state) || said.includes(live.waiting) ? '' : live.waiting;
  const more = [said, waiting].filter((text) => text !== '').join('; ');
  return `${state}${stage}${goesOn}${more === '' ? '' : `: ${more}`}`;
}
