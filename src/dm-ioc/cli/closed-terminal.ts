import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = [0, 1, 2] as const;

/**
 * At its end Node puts terminals back into their first mode, and dies of one that was closed meanwhile: take its place by a
 * device that it leaves alone.
 */
export function surviveClosedTerminals(): void {
  const terminals = STANDARD.filter((fd) => isatty(fd));
  process.once('exit', () => {
    for (const fd of terminals.filter((terminal) => !isatty(terminal))) {
      closeSync(fd);
      // The lowest number that is free, which is this one.
      openSync('/dev/null', 'r+');
    }
  });
}
