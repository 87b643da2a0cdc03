import { parentPort } from 'node:worker_threads';
import { readWorkflowFile } from './read-workflow-file.js';
import type { WorkflowRequest } from './workflow-reader.js';

parentPort?.on('message', ({ path, owner }: WorkflowRequest) => {
  void readWorkflowFile(path, owner).then((reading) => parentPort?.postMessage(reading));
});
