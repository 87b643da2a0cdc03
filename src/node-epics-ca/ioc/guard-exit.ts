import { constants } from 'node:os';
import { loadNativeIoc } from './native-ioc.js';

/** How {@link guardExit} works. */
export interface ExitGuardOptions {
  /** Signals for which the program has handlers that end it; they have to be installed before, and stay. */
  readonly signals: readonly NodeJS.Signals[];
  /** How long the process may take to end, in ms. */
  readonly limitMs: number;
  /** What is written to standard error when it has not; as `line` of {@link WatchdogOptions}. */
  readonly line: string;
}

/**
 * Let one of these signals end the process in time whatever happens: handlers of signals run in JavaScript, which may stand still,
 * and a record that is being processed may keep EPICS from stopping. After the limit native code fails the puts under way and
 * ends the process with exit code 1. Once a process.
 * @throws an error of code `IOC_STATE`
 */
export function guardExit({ signals, limitMs, line }: ExitGuardOptions): void {
  loadNativeIoc().guardExit(
    signals.map((signal) => constants.signals[signal]),
    limitMs,
    line,
  );
}
