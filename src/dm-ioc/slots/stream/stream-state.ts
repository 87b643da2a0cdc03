/** How far a stream is, as its records show it. */
export const STREAM_STATES = [
  'Idle',
  'Starting',
  'Connected',
  'Preparing',
  'Ready',
  'Streaming',
  'Finishing',
  'Done',
  'Failed',
  'Aborted',
] as const;

export type StreamState = (typeof STREAM_STATES)[number];

/**
 * Where a report may take a stream. Formalities may be left out, as a shell step does that only ever says Ready; but nobody streams
 * before Ready, and what has ended stays so.
 */
const STEPS: Readonly<Record<StreamState, readonly StreamState[]>> = {
  Idle: [],
  Starting: ['Connected', 'Preparing', 'Ready', 'Failed'],
  Connected: ['Preparing', 'Ready', 'Finishing', 'Done', 'Failed'],
  Preparing: ['Ready', 'Finishing', 'Done', 'Failed'],
  Ready: ['Preparing', 'Streaming', 'Finishing', 'Done', 'Failed'],
  Streaming: ['Ready', 'Finishing', 'Done', 'Failed'],
  Finishing: ['Done', 'Failed'],
  Done: [],
  Failed: [],
  Aborted: [],
};

/** In which state each command of the handshake makes sense; a workflow's own commands go to whoever is connected. */
const COMMANDS: Readonly<Record<string, readonly StreamState[]>> = {
  prepare: ['Starting', 'Connected', 'Preparing', 'Ready'],
  configure: ['Starting', 'Connected', 'Preparing', 'Ready', 'Streaming'],
  start: ['Ready', 'Streaming'],
  pause: ['Streaming'],
  resume: ['Ready', 'Streaming'],
  stop: ['Starting', 'Connected', 'Preparing', 'Ready', 'Streaming', 'Finishing'],
  abort: ['Starting', 'Connected', 'Preparing', 'Ready', 'Streaming', 'Finishing'],
};
const CONNECTED: readonly StreamState[] = ['Starting', 'Connected', 'Preparing', 'Ready', 'Streaming'];

/** True when nothing follows. */
export function isFinal(state: StreamState): boolean {
  return STEPS[state].length === 0 && state !== 'Idle';
}

/** True when a report may say `next` after `state`; the same state again is no step. */
export function mayFollow(state: StreamState, next: StreamState): boolean {
  return state === next || STEPS[state].includes(next);
}

/** True when reports that nobody saw may lie between `state` and `next`. */
export function mayReach(state: StreamState, next: StreamState): boolean {
  const reached = new Set<StreamState>([state]);
  for (const one of reached) for (const step of STEPS[one]) reached.add(step);
  return reached.has(next);
}

/** The states in which a command may be sent. */
export function statesFor(command: string): readonly StreamState[] {
  return (Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined) ?? CONNECTED;
}

/** A state as a workflow writes it, in whatever case; undefined: there is no such state. */
export function stateNamed(text: string): StreamState | undefined {
  return STREAM_STATES.find((state) => state.toLowerCase() === text.trim().toLowerCase());
}
