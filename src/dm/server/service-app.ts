import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { DataManagement } from '../data-management.js';
import { DmError, DmInvalidArgumentError } from '../errors.js';
import { exactJsonText } from '../exact-json.js';
import type { DmLogger } from '../logger.js';
import type { PathTemplate } from '../wire/path-template.js';
import type { ResolvedRoute, RouteTable } from '../wire/route-table.js';
import { fromStatusCode, SESSION_ROLE_HEADER, statusHeaders, toWireError } from '../wire/status-headers.js';
import { CONTEXT_ROOT, type ListeningService, LOGIN_PATH } from '../wire/wire-service.js';
import type { DmServerFaults, DmServerOptions, ServedCall } from './dm-server-options.js';
import { requestSchemas, validatorOf } from './request-schemas.js';
import { ROUTE_HANDLERS } from './route-handlers.js';
import type { SessionStore } from './session-store.js';

/** Doubly encoded workflows and arguments travel in the query, so request lines grow long. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
const MAX_LOGGED_NAME = 64;

export interface ServiceAppOptions {
  readonly dm: DataManagement;
  /** The first one names the app in `onCall`. */
  readonly services: readonly [ListeningService, ...ListeningService[]];
  readonly tls: DmServerOptions['tls'];
  readonly table: RouteTable;
  readonly sessions: SessionStore;
  readonly faults: DmServerFaults;
  readonly logger: DmLogger;
  readonly onCall: (call: ServedCall) => void;
}

/** One listener of DM's protocol: login, session, and the routes of its services. */
export async function createServiceApp(options: ServiceAppOptions): Promise<FastifyInstance> {
  const { tls, services, faults } = options;
  const app = Fastify({
    routerOptions: { maxParamLength: MAX_HEADER_BYTES, ignoreTrailingSlash: true },
    forceCloseConnections: true,
    frameworkErrors: (_error, request, reply) => {
      sendError(reply, new DmInvalidArgumentError(`The path ${request.url} can't be decoded.`), options.logger);
    },
    serverFactory: (handler) =>
      tls === null
        ? createHttpServer({ maxHeaderSize: MAX_HEADER_BYTES }, handler)
        : createHttpsServer({ ...tls, maxHeaderSize: MAX_HEADER_BYTES }, handler),
  });
  await app.register(cookie);
  await app.register(formbody);
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume().on('end', () => {
      done(null);
    });
  });
  app.addHook('onRequest', async (request, reply) => {
    if (faults.down) return drop(request, reply);
    // DM's clients send "Content-Type: html", which is no media type, with every request.
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    if (!isForm || !request.url.startsWith(LOGIN_PATH)) delete request.raw.headers['content-type'];
    return undefined;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('dm-status-code') && reply.statusCode < 400) reply.headers(statusHeaders());
    return Promise.resolve();
  });
  app.addHook('onResponse', async (request, reply) => {
    options.onCall({
      service: services[0],
      route: request.routeOptions.config.routeName ?? null,
      method: request.method,
      path: request.url,
      httpStatus: reply.statusCode,
    });
    return Promise.resolve();
  });
  app.setValidatorCompiler<z.ZodType>(({ schema }) => validatorOf(schema));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ errorMessage: `The path ${request.url.split('?', 1)[0] ?? ''} was not found.` }),
  );
  app.setReplySerializer(exactJsonText);
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, options.logger));
  app.post(LOGIN_PATH, (request, reply) => login(request, reply, options));
  for (const resolved of options.table.values()) {
    const { service } = resolved.route;
    if (service === 'ANY' || services.includes(service)) addRoute(app, resolved, options);
  }
  return app;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    routeName?: ResolvedRoute['name'];
  }
}

function login(
  request: FastifyRequest,
  reply: FastifyReply,
  { sessions, faults, logger }: ServiceAppOptions,
): FastifyReply {
  const form = (request.body ?? {}) as Record<string, unknown>;
  const { username, password } = form;
  const session =
    typeof username === 'string' && typeof password === 'string' && !faults.refuseLogin
      ? sessions.open(username, password)
      : undefined;
  if (session === undefined) {
    const user = typeof username === 'string' ? username.slice(0, MAX_LOGGED_NAME) : '';
    logger.warn({ user, host: request.ip }, 'login refused: user name or password is not that of the login file');
    const error = toWireError(new DmError('DM_AUTHENTICATION', 'Incorrect username or password.'));
    return reply.code(401).headers(statusHeaders(error)).send(error);
  }
  return reply
    .headers({ ...statusHeaders(), [SESSION_ROLE_HEADER]: session.role })
    .header('set-cookie', `session_id=${session.id}; expires=${new Date(session.expiresMs).toUTCString()}; Path=/`)
    .send();
}

function addRoute(app: FastifyInstance, resolved: ResolvedRoute, options: ServiceAppOptions): void {
  const { path, name, route } = resolved;
  for (const url of fastifyPaths(path)) {
    app.route({
      method: path.method,
      url,
      config: { routeName: name },
      schema: requestSchemas(path, route),
      preValidation: async (request, reply) =>
        admit(request, reply, resolved, options) ?? fail(reply, name, options.faults),
      handler: async (request, reply) => {
        const parameters = { ...(request.params as object), ...(request.query as object) };
        const result = await ROUTE_HANDLERS[name](options.dm, parameters as never, {});
        if (options.faults.loseReply[name] === true) return drop(request, reply);
        return reply.send(distort(result ?? {}, options.faults));
      },
    });
  }
}

/** Answers a call that has no session, or one that may not make it; undefined when it may. */
function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  { name, route }: ResolvedRoute,
  { faults, sessions }: ServiceAppOptions,
): FastifyReply | undefined {
  const id = request.cookies['session_id'];
  const session = sessions.use(id);
  if (session === undefined) {
    const error = toWireError(fromStatusCode(12, `Invalid or expired session id: ${id ?? 'none'}.`));
    return reply
      .code(faults.sessionErrorAsCode ? 200 : 401)
      .headers(statusHeaders(error))
      .send(error);
  }
  if (route.role === 'administrator' && session.role !== 'administrator') {
    throw new DmError('DM_AUTHORIZATION', `User ${session.username} may not call ${name}.`);
  }
  return undefined;
}

/** The misbehaviour that is wished for a call. */
async function fail(
  reply: FastifyReply,
  name: ResolvedRoute['name'],
  { slowMs, httpStatus, statusCode }: DmServerFaults,
): Promise<FastifyReply | undefined> {
  if (slowMs[name] !== undefined) await delay(slowMs[name], undefined, { ref: false });
  const status = httpStatus[name];
  if (status !== undefined) return reply.code(status).type('text/html').send('<html>Fault</html>');
  const code = statusCode[name];
  if (code !== undefined) throw fromStatusCode(code, `Fault: code ${code} for ${name}.`);
  return undefined;
}

function sendError(reply: FastifyReply, error: unknown, logger: DmLogger): FastifyReply {
  if (!(error instanceof DmError)) logger.error({ err: error }, 'a DM call failed inside the server');
  const wire = toWireError(error);
  return reply.code(200).headers(statusHeaders(wire)).send(wire);
}

function drop(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** A template as the router reads it; an optional last segment gives two paths. */
function fastifyPaths(path: PathTemplate): string[] {
  const write = (segments: PathTemplate['segments']): string =>
    `${CONTEXT_ROOT}/${segments.map((part) => (typeof part === 'string' ? part : `:${part.name}`)).join('/')}`;
  const last = path.segments.at(-1);
  const paths = [write(path.segments)];
  if (last !== undefined && typeof last !== 'string' && last.optional) paths.push(write(path.segments.slice(0, -1)));
  return paths;
}

function distort(value: unknown, faults: DmServerFaults): unknown {
  if (!faults.percentageAsText && !faults.nullMd5Sum) return value;
  if (Array.isArray(value)) return value.map((entry) => distort(entry, faults));
  const object: Record<string, unknown> = { ...(value as object) };
  if (faults.percentageAsText && 'percentageComplete' in object) {
    object['percentageComplete'] = Number(object['percentageComplete']).toFixed(2);
  }
  if (faults.nullMd5Sum && 'md5Sum' in object) object['md5Sum'] = null;
  return object;
}
