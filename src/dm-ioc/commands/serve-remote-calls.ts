import { type DataManagement, errorText } from 'dm';
import type { PvaServer } from 'epics-pva-ts';
import type { Logger } from 'pino';
import { CommandError } from '../errors.js';
import { MAX_REASON_CHARACTERS, shortText } from '../log/short-text.js';
import type { FindService } from '../slots/kind-service.js';
import type { Store } from '../state/store.js';
import { sourceOf } from '../writer-of.js';
import { callerOf, type Caller } from './caller.js';
import type { RemoteCall } from './remote-call.js';
import type { StartGates } from './start-gate.js';

export interface RemoteCallsOptions {
  readonly server: PvaServer;
  readonly prefix: string;
  readonly calls: readonly RemoteCall[];
  readonly dm: DataManagement;
  readonly store: Store;
  readonly gates: StartGates;
  readonly log: Logger;
  readonly service: FindService;
  /** Whether access security lets the caller write. */
  readonly mayWrite: (caller: Caller) => Promise<boolean>;
}

/** Serves the calls as `<prefix>rpc:…`. An error answers with its code and message. */
export function serveRemoteCalls(options: RemoteCallsOptions): void {
  const { server, prefix, calls, log, mayWrite, ...context } = options;
  for (const { name, description, isReading = false, schema, result, handle } of calls) {
    const pvName = `${prefix}rpc:${name}`;
    server.addRpc(pvName, { arguments: schema, result, description }, async (call) => {
      const caller = callerOf(call);
      const { user, host } = caller;
      const who = { call: pvName, user, host };
      try {
        if (!isReading && !(await mayWrite(caller))) {
          throw new CommandError('ACCESS_DENIED', `${user} on ${host} may not call ${name}: see access.file`);
        }
        // The schema has made the arguments what the handler takes.
        const answer = await handle(call.arguments as never, {
          ...context,
          signal: call.signal,
          source: sourceOf(caller),
        });
        if (!isReading) log.info(who, 'call done');
        return answer as never;
      } catch (error) {
        log.warn({ ...who, reason: shortText(errorText(error), MAX_REASON_CHARACTERS) }, 'call failed');
        throw error;
      }
    });
  }
}
