export { hasDmServices, readDmSetupFile, restOptionsFromEnvironment } from './dm-environment.js';
