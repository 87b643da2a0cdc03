import { constants } from 'node:os';

/** How a process ended: `exit 3`, or for a negative status, which is a signal's number, `killed by SIGSEGV`. */
export function exitText(exitStatus: number): string {
  if (exitStatus >= 0) return `exit ${exitStatus}`;
  const signal = Object.entries(constants.signals).find(([, number]) => number === -exitStatus)?.[0];
  return `killed by ${signal ?? `signal ${-exitStatus}`}`;
}
