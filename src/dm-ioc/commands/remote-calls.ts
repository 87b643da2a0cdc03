import {
  daqOptionsSchema,
  type DataManagement,
  DmError,
  errorText,
  isTerminalStatus,
  newExperimentSchema,
  uploadOptionsSchema,
} from 'dm';
import type { PvaServer } from 'epics-pva-ts';
import type { Logger } from 'pino';
import { z } from 'zod';
import { CommandError } from '../errors.js';
import type { Store } from '../state/store.js';
import { callerOf, type Caller } from './caller.js';

const name = z.string().min(1);

/** JSON text, as command-line clients send it, or the object itself. */
const jsonObject = z.preprocess(
  (value, context) => {
    if (typeof value !== 'string') return value;
    if (value.trim() === '') return {};
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  },
  z.record(z.string(), z.unknown()),
);

/** Objects of DM have any shape: they go out as JSON beside the keys that everybody wants. */
function answer(object: { readonly id: string; readonly status: string }): {
  id: string;
  status: string;
  json: string;
} {
  return { id: object.id, status: object.status, json: JSON.stringify(object) };
}

/** Names of the calls and the arguments that each takes. */
export const REMOTE_CALLS = {
  startDaq: 'dataDirectory, experiment?, options? (JSON)',
  stopDaq: 'dataDirectory, experiment?',
  upload: 'dataDirectory, experiment?, options? (JSON)',
  stopUpload: 'id',
  startWorkflow: 'workflow, owner?, args? (JSON)',
  stopWorkflow: 'id, owner?',
  getJob: 'id, owner?',
  listJobs: 'owner?, active?, skip?, limit?',
  addDataset: 'name, experiment?, metadata? (JSON)',
  addExperiment: 'name, type?, description?, users? (by comma); local engine only',
} as const;

/** Calls that change nothing: whoever reaches the IOC may make them, as everybody may read its PVs. */
const READING: ReadonlySet<string> = new Set(['getJob', 'listJobs'] satisfies (keyof typeof REMOTE_CALLS)[]);

export interface RemoteCallsOptions {
  readonly server: PvaServer;
  readonly prefix: string;
  readonly dm: DataManagement;
  readonly store: Store;
  readonly log: Logger;
  /** Whether access security lets the caller write. */
  readonly mayWrite: (caller: Caller) => Promise<boolean>;
}

/** Serves `<prefix>rpc:…`: DM's operations as NTURI calls, independent of the slots. An error answers with its code and message. */
export function serveRemoteCalls({ server, prefix, dm, store, log, mayWrite }: RemoteCallsOptions): string[] {
  const names: string[] = [];
  const experimentName = (given: string | undefined): string => {
    const found = given ?? store.state.experiment.selected?.name;
    if (found === undefined)
      throw new CommandError('EXPERIMENT_NOT_SELECTED', 'no experiment given, and none selected');
    return found;
  };
  const serve = <S extends z.ZodType>(
    name: keyof typeof REMOTE_CALLS,
    schema: S,
    handle: (given: z.output<S>, signal: AbortSignal) => Promise<object>,
  ): void => {
    const pvName = `${prefix}rpc:${name}`;
    server.addRpc(pvName, { arguments: schema, description: REMOTE_CALLS[name] }, async (call) => {
      const caller = callerOf(call);
      const who = { call: pvName, user: caller.user, host: caller.host };
      try {
        if (!READING.has(name) && !(await mayWrite(caller))) {
          throw new CommandError(
            'ACCESS_DENIED',
            `${caller.user} on ${caller.host} may not call ${name}: see access.file`,
          );
        }
        const result = await handle(call.arguments, call.signal);
        if (!READING.has(name)) log.info(who, 'call done');
        return result;
      } catch (error) {
        log.warn({ ...who, reason: errorText(error) }, 'call failed');
        throw error;
      }
    });
    names.push(pvName);
  };
  serve(
    'startDaq',
    z.strictObject({ dataDirectory: name, experiment: name.optional(), options: jsonObject.optional() }),
    async ({ dataDirectory, experiment, options }, signal) => {
      const daq = await dm.daqs.start(
        experimentName(experiment),
        dataDirectory,
        daqOptionsSchema.parse(options ?? {}),
        { signal },
      );
      store.dispatch({ type: 'daqs', daqs: [daq] });
      return answer(daq);
    },
  );
  serve(
    'stopDaq',
    z.strictObject({ dataDirectory: name, experiment: name.optional() }),
    async ({ dataDirectory, experiment }, signal) =>
      answer(await dm.daqs.stop(experimentName(experiment), dataDirectory, { signal })),
  );
  serve(
    'upload',
    z.strictObject({ dataDirectory: name, experiment: name.optional(), options: jsonObject.optional() }),
    async ({ dataDirectory, experiment, options }, signal) => {
      const upload = await dm.uploads.start(
        experimentName(experiment),
        dataDirectory,
        uploadOptionsSchema.parse(options ?? {}),
        { signal },
      );
      store.dispatch({ type: 'uploads', uploads: [upload] });
      return answer(upload);
    },
  );
  serve('stopUpload', z.strictObject({ id: name }), async ({ id }, signal) =>
    answer(await dm.uploads.stop(id, { signal })),
  );
  serve(
    'startWorkflow',
    z.strictObject({ workflow: name, owner: name.optional(), args: jsonObject.optional() }),
    async ({ workflow, owner, args }, signal) => {
      const { selected } = store.state.experiment;
      const experiment = selected === null ? {} : { experimentName: selected.name };
      const job = await dm.jobs.start(owner ?? dm.owner, workflow, { ...experiment, ...args }, { signal });
      store.dispatch({ type: 'jobs', jobs: [job] });
      return answer(job);
    },
  );
  serve('stopWorkflow', z.strictObject({ id: name, owner: name.optional() }), async ({ id, owner }, signal) => {
    const job = await dm.jobs.stop(owner ?? dm.owner, id, { signal });
    store.dispatch({ type: 'jobs', jobs: [job] });
    return answer(job);
  });
  serve('getJob', z.strictObject({ id: name, owner: name.optional() }), async ({ id, owner }, signal) =>
    answer(await dm.jobs.get(owner ?? dm.owner, id, { signal })),
  );
  serve(
    'listJobs',
    z.strictObject({
      owner: name.optional(),
      active: z.union([z.boolean(), z.stringbool()]).default(false),
      skip: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(10_000).default(100),
    }),
    async ({ owner, active, skip, limit }, signal) => {
      const jobs = await dm.jobs.list(owner ?? dm.owner, { skip, limit, signal });
      const wanted = active ? jobs.filter((job) => !isTerminalStatus(job.status)) : jobs;
      return {
        count: wanted.length,
        id: wanted.map((job) => job.id),
        status: wanted.map((job) => job.status),
        json: JSON.stringify(wanted),
      };
    },
  );
  serve(
    'addDataset',
    z.strictObject({ name, experiment: name.optional(), metadata: jsonObject.optional() }),
    async ({ name: datasetName, experiment, metadata }, signal) => {
      const dataset = await dm.catalog.addDataset(
        { ...metadata, experimentName: experimentName(experiment), datasetName },
        { signal },
      );
      return { name: dataset.datasetName, json: JSON.stringify(dataset) };
    },
  );
  serve(
    'addExperiment',
    z.strictObject({
      name,
      type: name.optional(),
      description: z.string().optional(),
      users: z.string().optional(),
    }),
    async ({ name: newName, type, description, users }, signal) => {
      if (dm.backend !== 'local') throw new DmError('DM_AUTHORIZATION', 'experiments of DM are made by DM staff');
      const wanted = newExperimentSchema.parse({
        name: newName,
        ...(type === undefined ? {} : { typeName: type }),
        ...(description === undefined ? {} : { description }),
        ...(users === undefined ? {} : { users: users.split(',').map((user) => user.trim()) }),
      });
      const experiment = await dm.experiments.add(wanted, { signal });
      store.dispatch({ type: 'experiments', experiments: [experiment] });
      return { name: experiment.name, dataDirectory: experiment.dataDirectory ?? '', json: JSON.stringify(experiment) };
    },
  );
  return names;
}
