import type { CaContext } from './native.js';

let holders = 0;

/** Keep this Node environment's event loop alive: something awaits an answer. To be released exactly once. */
export function holdEventLoop(context: CaContext): void {
  holders += 1;
  if (holders === 1) context.setReferenced(true);
}

/** Undo one `holdEventLoop`. */
export function releaseEventLoop(context: CaContext): void {
  holders -= 1;
  if (holders === 0) context.setReferenced(false);
}
