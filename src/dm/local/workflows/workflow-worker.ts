import { parentPort } from 'node:worker_threads';
import { readWorkflow, type WorkflowRequest } from './workflow-reader.js';

parentPort?.on('message', (request: WorkflowRequest) => {
  void readWorkflow(request).then((reading) => parentPort?.postMessage(reading));
});
