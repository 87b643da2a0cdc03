export { hasDmServices, readDmSetupFile, restOptionsFromEnvironment } from './dm-environment.js';
export { parseShellExports, type ShellExports } from './parse-shell-exports.js';
