import { parentPort } from 'node:worker_threads';
import { outputRegex } from './output-regex.js';
import type { RegexReply, RegexRequest } from './output-variables.js';

const post = (reply: RegexReply): void => parentPort?.postMessage(reply);

parentPort?.on('message', ({ regex, text }: RegexRequest) => {
  const compiled = outputRegex(regex);
  post({ groups: compiled.search(text) ?? null, names: compiled.groupNames });
});
post('ready');
