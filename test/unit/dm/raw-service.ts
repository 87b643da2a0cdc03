import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { DmLogger } from 'dm';
import { RestDataManagement, type RestOptionsInput } from 'dm/rest';

export interface RawService {
  readonly url: string;
  readonly client: RestDataManagement;
  readonly options: RestOptionsInput;
  /** Method and path of every request but logins. */
  readonly seen: string[];
  readonly logins: { count: number };
  readonly log: string[];
}

/** One plain HTTP listener in the place of all services, which answers as the test says, and a client of it. Logins succeed unless `login` answers them. */
export async function rawService(
  t: Test,
  answer: (request: IncomingMessage, reply: ServerResponse) => void,
  settings: {
    login?: (request: IncomingMessage, reply: ServerResponse) => void;
    client?: Partial<RestOptionsInput>;
    keepAliveMs?: number;
  } = {},
): Promise<RawService> {
  const seen: string[] = [];
  const log: string[] = [];
  const logins = { count: 0 };
  const http = createServer((request, reply) => {
    if (request.url?.endsWith('/login') === true) {
      logins.count += 1;
      if (settings.login !== undefined) settings.login(request, reply);
      else reply.setHeader('set-cookie', `session_id=session-${logins.count}`).end();
      return;
    }
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, reply);
  });
  if (settings.keepAliveMs !== undefined) http.keepAliveTimeout = settings.keepAliveMs;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const directory = await mkdtemp(join(tmpdir(), 'dm-raw-'));
  const loginFile = join(directory, 'login');
  await writeFile(loginFile, 's25idcuser|top-secret\n');
  const options: RestOptionsInput = {
    ds: url,
    daq: url,
    cat: url,
    proc: url,
    station: '25IDC',
    loginFile,
    retry: { firstDelayMs: 10, loginMs: 500 },
    poll: { pollMs: 20, listMs: 60, idleListMs: 100, maxBackoffMs: 100, syncSettleMs: 100 },
    ...settings.client,
  };
  const write = (fields: object, message: string): void => void log.push(`${message} ${JSON.stringify(fields)}`);
  const logger: DmLogger = { debug: write, info: write, warn: write, error: write };
  const client = new RestDataManagement(options, logger);
  t.teardown(async () => {
    await client.close();
    http.closeAllConnections();
    http.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { url, client, options, seen, logins, log };
}

export function sendJson(reply: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  reply.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
