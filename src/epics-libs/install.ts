// make build's first step: see to it that EPICS is there, and say in one line where from.
import { EpicsLibsError } from './epics-libs-error.js';
import { installWheels } from './install-wheels.js';
import { locateEpics, WHEELS_DIR } from './locate-epics.js';

try {
  const usesSite = (process.env['EPICS_BASE'] ?? process.env['PVXS'] ?? '') !== '';
  if (!usesSite) await installWheels(WHEELS_DIR, process.env['PYTHON'] ?? 'python3');
  const { origin, libDirs } = locateEpics();
  process.stdout.write(`EPICS from ${origin}: ${libDirs.join(', ')}\n`);
} catch (error) {
  if (!(error instanceof EpicsLibsError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
