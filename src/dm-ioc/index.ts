export { startApplication, type Application } from './application.js';
export { configSchema, type Config } from './config/config.js';
export { loadConfig } from './config/load-config.js';
export { CommandError, StartupError, type CommandErrorCode, type StartupErrorCode } from './errors.js';
export { createLog } from './log/create-log.js';
export { VERSION } from './version.js';
