import { Worker } from 'node:worker_threads';

/** A thread that runs a script of this package. It gets none of the program's own flags: loaders of a test runner or tracer would cost each thread a second. */
export function startWorker(script: URL): Worker {
  return new Worker(script, { execArgv: [] });
}
