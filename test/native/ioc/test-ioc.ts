import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { loopbackEnvironment } from '../../loopback-environment.js';
import type { ChildOptions } from './child.js';
import { LineProcess } from './line-process.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

export interface TestIoc {
  readonly ioc: LineProcess;
  /** Real clients, pyepics and p4p, in a process of their own. */
  readonly clients: LineProcess;
  readonly environment: Readonly<Record<string, string>>;
}

/** Start an IOC with the records of records.db and clients for it; both end with the test. */
export async function startTestIoc(t: Test, options: Partial<ChildOptions> = {}): Promise<TestIoc> {
  const environment = await loopbackEnvironment();
  const childOptions: ChildOptions = { databases: ['test/native/ioc/records.db'], ...options, environment };
  const ioc = new LineProcess(process.execPath, ['--expose-gc', CHILD, JSON.stringify(childOptions)]);
  const clients = new LineProcess('.venv/bin/python', ['test/native/ioc/clients.py'], environment);
  t.teardown(async () => {
    ioc.kill('SIGKILL');
    clients.kill('SIGKILL');
    await Promise.all([ioc.exited(), clients.exited()]);
  });
  await Promise.all([ioc.event({ event: 'ready' }), clients.event({ event: 'ready' })]);
  return { ioc, clients, environment };
}
