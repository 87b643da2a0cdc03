import { createLocalDataManagement, type DataManagement } from 'dm';
import { createDmServer, type DmServer, type DmServerOptions } from 'dm/server';
import type { PvaClient } from 'epics-pva-ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { createTestCertificate } from '../unit/dm/test-certificate.js';
import { IocProcess, temporaryDirectory } from './ioc-process.js';
import { patientClient } from './patient-client.js';

/** An IOC with backend rest, in a process of its own, before an engine that is served over HTTPS from this process. */
export interface ServedIoc {
  readonly directory: string;
  readonly dm: DataManagement;
  readonly server: DmServer;
  readonly ioc: IocProcess;
  readonly client: PvaClient;
  /** Routes in the order of their answers. */
  readonly calls: string[];
  /** Puts with completion. */
  readonly put: (pv: string, value: unknown) => Promise<void>;
  /** Follows a PV until it is as wanted. */
  readonly until: (
    pv: string,
    isWanted: (value: unknown, severity: string, message: string) => boolean,
  ) => Promise<void>;
  /** Ends all, and checks that the IOC ends well. */
  readonly stop: () => Promise<void>;
}

export const SERVED_PASSWORD = 'a secret|& ü';

/** @param engine what is served; a fresh local engine with the experiment demo when left out */
export async function startServedIoc(
  t: Test,
  settings: readonly string[] = [],
  engine?: DataManagement,
): Promise<ServedIoc> {
  const directory = temporaryDirectory(t);
  const certificate = await createTestCertificate();
  const loginFile = join(directory, 'login');
  const ca = join(directory, 'ca.pem');
  writeFileSync(ca, certificate.cert);
  const root = join(directory, 'engine');
  const dm =
    engine ?? (await createLocalDataManagement({ root, workflowsDirectory: 'ioc/workflows', owner: 'user2bm' }));
  await dm.start();
  await dm.experiments.add({ name: 'demo' });
  writeFileSync(loginFile, `${dm.owner}|${SERVED_PASSWORD}\n`);
  const calls: string[] = [];
  const options: DmServerOptions = {
    ports: { DS: 0, DAQ: 0, CAT: 0, PROC: 0, APS_DB: 0 },
    tls: certificate,
    users: [{ username: dm.owner, password: SERVED_PASSWORD }],
    onCall: ({ route }) => calls.push(route ?? 'login'),
  };
  const server = await createDmServer(dm, options);
  const urls = (['DS', 'DAQ', 'CAT', 'PROC'] as const).map(
    (name) => `dm.rest.${name.toLowerCase()}=${server.urls[name]}`,
  );
  const ioc = await IocProcess.start(join(directory, 'ioc'), [
    'dm.backend=rest',
    ...urls,
    `dm.rest.station=${dm.station}`,
    `dm.rest.loginFile=${loginFile}`,
    `dm.rest.tls.ca=${ca}`,
    'dm.rest.poll={pollMs: 100, listMs: 1000, idleListMs: 1000, maxBackoffMs: 300, syncSettleMs: 300}',
    ...settings,
  ]);
  const client = patientClient(ioc.clientEnvironment);
  return {
    directory,
    dm,
    server,
    ioc,
    client,
    calls,
    put: (pv, value) => client.put(pv, value, { block: true }),
    until: async (pv, isWanted) => {
      for await (const { value, alarm } of client.monitor(pv, { signal: AbortSignal.timeout(300_000) })) {
        const shown = typeof value === 'object' && value !== null && 'index' in value ? value.index : value;
        if (isWanted(shown, alarm?.severity ?? '', alarm?.message ?? '')) return;
      }
    },
    stop: async () => {
      client.close();
      t.equal(await ioc.stop(), 0, 'the IOC ends well', { output: ioc.output });
      t.notOk(/a secret|session_id/u.test(ioc.output), 'no password and no cookie is logged');
      await server.close();
      await dm.close();
    },
  };
}
