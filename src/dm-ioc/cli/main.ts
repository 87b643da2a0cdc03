import { createProgram } from './program.js';
import { reportFailure } from './report-failure.js';

try {
  await createProgram().parseAsync();
} catch (error) {
  // What was started before the failure must not hold the process.
  process.exit(reportFailure(error));
}
