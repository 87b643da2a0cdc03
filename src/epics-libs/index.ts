export { EpicsLibsError, type EpicsLibsErrorCode } from './epics-libs-error.js';
export { installWheels } from './install-wheels.js';
export { loadAddon } from './load-addon.js';
export { locateEpics, type EpicsLibraries } from './locate-epics.js';
