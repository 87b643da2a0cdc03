import { setPriority } from 'node:os';

/** Less than others get, but a good share also beside jobs that keep every processor busy. */
const NICE = 5;

/** Lets this thread's work come after that of the main thread, which answers EPICS. Elsewhere than on Linux a priority is the whole process's, so nothing is done. */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(NICE);
  } catch {
    // Not allowed here; then it works at the same priority.
  }
}
