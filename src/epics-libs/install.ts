// make build's first step: see to it that EPICS is there, and say in one line where from.
import { EpicsLibsError } from './epics-libs-error.js';
import { installWheels } from './install-wheels.js';
import { locateEpics, usesSite, WHEELS_DIR } from './locate-epics.js';

try {
  if (!usesSite()) await installWheels(WHEELS_DIR, process.env['PYTHON'] ?? 'python3');
  const { origin, libDirs, notice } = locateEpics();
  process.stdout.write(`EPICS from ${origin}: ${libDirs.join(', ')}${notice === null ? '' : ` (${notice})`}\n`);
} catch (error) {
  if (!(error instanceof EpicsLibsError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
