import { errorText } from '../../error-text.js';
import { DmError } from '../../errors.js';
import { ThreadPort } from '../thread-port.js';
import { Connection } from './connection.js';
import type { DatabaseReply, DatabaseRequest, Row } from './database-messages.js';
import { FileGuard } from './file-guard.js';

/** The database thread: reads and writes in the order they were asked for. Writes that wait while the disk is busy are committed, and synced, together. */
type Answered = Exclude<DatabaseRequest, { kind: 'drop' }>;
type WriteRequest = Extract<DatabaseRequest, { kind: 'write' }>;

/** What one message holds, so that taking it never keeps the main thread for long. */
const PAGE_ROWS = 250;
/** One commit holds no more writes than this. */
const GROUP_WRITES = 1000;
const GUARD_PERIOD_MS = 1000;

const queue: DatabaseRequest[] = [];
const cursors = new Map<number, Iterator<Row>>();
let connection: Connection | undefined;
let guard: FileGuard | undefined;
let trouble: string | null = null;

function post(reply: DatabaseReply): void {
  port.post(reply);
}

function weigh(reply: DatabaseReply): number {
  if (reply.kind === 'page') return reply.rows.length;
  if (reply.kind !== 'written') return 1;
  return reply.results.reduce((sum, { returned }) => sum + returned.length, 1);
}

function fail(id: number, error: unknown): void {
  post({ kind: 'failed', id, code: error instanceof DmError ? error.code : 'DM_INTERNAL', message: errorText(error) });
}

function opened(): Connection {
  if (connection === undefined) throw new DmError('DM_DB', 'The database is not open.');
  return connection;
}

/** Tell when the file is no longer the one that is written, and when it is so again. */
function look(): void {
  const before = trouble;
  trouble = guard?.problem() ?? null;
  if (trouble !== before) post({ kind: 'trouble', message: trouble });
}

function commit(group: readonly WriteRequest[]): void {
  look();
  if (trouble !== null) {
    for (const { id } of group) fail(id, new DmError('DM_DB', trouble));
    return;
  }
  const durable = group.some((request) => request.durable);
  try {
    const database = opened();
    const replies = database.transaction(() => group.map(({ id, statements }) => replyTo(database, id, statements)), {
      durable,
    });
    guard?.note();
    for (const reply of replies) post(reply);
  } catch (error) {
    guard?.note();
    // All was undone. Alone, each gets the answer that is its own.
    if (group.length > 1) for (const request of group) commit([request]);
    else for (const { id } of group) fail(id, error);
  }
}

/** Within the group's transaction; a write that fails leaves nothing, and the others their own. */
function replyTo(database: Connection, id: number, statements: WriteRequest['statements']): DatabaseReply {
  try {
    return { kind: 'written', id, results: database.write(statements) };
  } catch (error) {
    // A full disk undoes the whole transaction.
    if (!database.isInTransaction) throw error;
    return { kind: 'failed', id, code: error instanceof DmError ? error.code : 'DM_DB', message: errorText(error) };
  }
}

function page(id: number, cursor: number, rows: Iterator<Row>): DatabaseReply {
  const taken: Row[] = [];
  for (let next = rows.next(); next.done !== true; next = rows.next()) {
    taken.push(next.value);
    if (taken.length < PAGE_ROWS) continue;
    cursors.set(cursor, rows);
    return { kind: 'page', id, rows: taken, last: false };
  }
  cursors.delete(cursor);
  return { kind: 'page', id, rows: taken, last: true };
}

function answer(request: Answered): DatabaseReply {
  const { id } = request;
  switch (request.kind) {
    case 'open':
      connection = new Connection(request.file);
      guard = new FileGuard(request.file);
      setInterval(look, GUARD_PERIOD_MS);
      return { kind: 'done', id };
    case 'get': {
      const row = opened().get(request.sql, request.values);
      return { kind: 'page', id, rows: row === undefined ? [] : [row], last: true };
    }
    case 'read':
      return page(id, id, opened().iterate(request.sql, request.values));
    case 'next': {
      const rows = cursors.get(request.cursor);
      if (rows === undefined) throw new DmError('DM_INTERNAL', 'The database was asked for a page of nothing.');
      return page(id, request.cursor, rows);
    }
    case 'close':
      guard = undefined;
      connection?.close();
      connection = undefined;
      return { kind: 'done', id };
    case 'write':
      throw new DmError('DM_INTERNAL', 'A write is not answered alone.');
  }
}

function drain(): void {
  for (let request = queue.shift(); request !== undefined; request = queue.shift()) {
    if (request.kind === 'write') {
      const group = [request];
      while (queue[0]?.kind === 'write' && group.length < GROUP_WRITES) group.push(queue.shift() as WriteRequest);
      commit(group);
    } else if (request.kind === 'drop') {
      cursors.get(request.cursor)?.return?.();
      cursors.delete(request.cursor);
    } else {
      try {
        post(answer(request));
      } catch (error) {
        fail(request.id, error);
      }
    }
  }
}

let isDraining = false;
const port = new ThreadPort<DatabaseRequest, DatabaseReply>((request) => {
  queue.push(request);
  if (isDraining) return;
  isDraining = true;
  // What has arrived by then is worked on together.
  setImmediate(() => {
    isDraining = false;
    drain();
  });
}, weigh);
