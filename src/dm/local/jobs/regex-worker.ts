import { parentPort } from 'node:worker_threads';
import { namedGroups, outputRegex } from './output-regex.js';
import type { RegexReply, RegexRequest } from './output-variables.js';

const post = (reply: RegexReply): void => parentPort?.postMessage(reply);

parentPort?.on('message', ({ regex, text }: RegexRequest) => {
  post({ groups: namedGroups(outputRegex(regex), text) });
});
post('ready');
