import { parentPort } from 'node:worker_threads';
import { errorText } from '../error-text.js';
import { DmError } from '../errors.js';
import { parseJson } from '../wire/parse-json.js';
import { parseResponse } from '../wire/parse-response.js';
import type { LargeReplyMessage, LargeReplyRequest } from './large-reply-messages.js';
import { type Aged, newestOf } from './newest-of.js';
import { replyText } from './reply-text.js';

const CHUNK = 100;

interface Reading {
  entries: readonly unknown[];
  readonly end: LargeReplyMessage & { kind: 'end' };
}

const readings = new Map<number, Reading>();

parentPort?.on('message', (request: LargeReplyRequest) => {
  try {
    if (request.kind === 'read') readings.set(request.id, read(request));
    send(request.id);
  } catch (error) {
    const code = error instanceof DmError ? error.code : 'DM_INTERNAL';
    post({ kind: 'failed', id: request.id, code, message: errorText(error) });
  }
});

function read({ id, route, bytes, newest }: LargeReplyRequest & { kind: 'read' }): Reading {
  const body = parseJson(replyText(new Uint8Array(bytes)));
  if (body === undefined) throw new DmError('DM_INTERNAL', `DM answered ${route} with something that is not JSON.`);
  let leftOut: { count: number; reason: string } | undefined;
  const value: unknown = parseResponse(route, body, (count, reason) => {
    leftOut = { count, reason };
  });
  const isList = Array.isArray(value);
  const all: unknown[] = isList ? value : [value];
  const isCut = isList && newest !== undefined && all.length > newest;
  const entries = isCut ? newestOf(all as Aged[], newest) : all;
  return { entries, end: { kind: 'end', id, isList, total: all.length, ...(leftOut && { leftOut }) } };
}

function send(id: number): void {
  const reading = readings.get(id);
  if (reading === undefined) return;
  const { entries, end } = reading;
  if (entries.length > 0) {
    reading.entries = entries.slice(CHUNK);
    post({ kind: 'entries', id, entries: entries.slice(0, CHUNK) });
    return;
  }
  readings.delete(id);
  post(end);
}

function post(message: LargeReplyMessage): void {
  parentPort?.postMessage(message);
}
