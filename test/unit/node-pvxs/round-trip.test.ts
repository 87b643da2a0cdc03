import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { type ContextHandle, pvxs, type ServerHandle, type ValueHandle } from 'node-pvxs';
import t from 'tap';
import { type TypedData, typedStructure } from './typed-data.js';

const options = { request: null, server: null };
const server: ServerHandle = pvxs.serverCreateIsolated();
pvxs.serverStart(server);
const context: ContextHandle = pvxs.contextCreate(pvxs.serverClientDefinitions(server));
pvxs.retainLoop();
t.teardown(() => {
  pvxs.contextClose(context);
  pvxs.serverStop(server);
  pvxs.releaseLoop();
});

let count = 0;

function serve({ type, data }: TypedData): { readonly name: string; readonly put: Promise<unknown> } {
  const name = `round-trip:${count++}`;
  const pv = pvxs.sharedPvBuildReadonly();
  const value = pvxs.valueCreate(type);
  pvxs.valueAssign(value, data);
  pvxs.sharedPvOpen(pv, value);
  const put = new Promise((resolve) => {
    pvxs.sharedPvOnPut(pv, (op, sent) => {
      resolve(pvxs.valueToJs(sent, true));
      pvxs.execOpReply(op, null);
    });
  });
  pvxs.serverAddPv(server, name, pv);
  return { name, put };
}

function get(name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    setTimeout(reject, 3000, new Error(`no answer from ${name}`)).unref();
    const operation = pvxs.contextGet(context, name, options, (error, value) => {
      pvxs.operationCancel(operation);
      if (error) reject(error);
      else if (value) resolve(pvxs.valueToJs(value, false));
    });
  });
}

function put(name: string, data: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null): void => {
      pvxs.operationCancel(operation);
      if (error) reject(error);
      else resolve();
    };
    const send = (prototype: ValueHandle): void => {
      const value = pvxs.valueCloneEmpty(prototype);
      pvxs.valueAssign(value, data);
      pvxs.operationPut(operation, value, settle);
    };
    const operation = pvxs.contextPut(context, name, options, send, settle);
  });
}

await t.test('a get brings any structure as it is served', async () => {
  await fc.assert(
    fc.asyncProperty(typedStructure, async (typed) => {
      const { name } = serve(typed);
      deepStrictEqual(await get(name), typed.data);
      pvxs.serverRemovePv(server, name);
    }),
    { numRuns: 100 },
  );
});

await t.test('a put brings any structure as it is sent', async () => {
  await fc.assert(
    fc.asyncProperty(typedStructure, async (typed) => {
      const served = serve({ type: typed.type, data: {} });
      await put(served.name, typed.data);
      deepStrictEqual(await served.put, typed.data);
      pvxs.serverRemovePv(server, served.name);
    }),
    { numRuns: 100 },
  );
});
