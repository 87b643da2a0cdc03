import { resolve } from 'node:path';
import { PYTHON } from './ioc-process.js';

/** Command of a stage that runs Python with the module for workflows. */
export const PYTHON_COMMAND = `PYTHONPATH=${resolve('ioc/bluesky')} exec ${PYTHON} -u`;
