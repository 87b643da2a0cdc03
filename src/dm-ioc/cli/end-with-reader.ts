import { reportFailure } from './report-failure.js';

/** What prints its result and ends, as `dm-ioc pvs | head -1`: a reader that has seen enough isn't a failure, a full disk is. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : reportFailure(error));
  });
}
