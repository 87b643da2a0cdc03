import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PvaClient } from 'epics-pva-ts';
import type { Test } from 'tap';
import { loopbackEnvironment } from '../loopback-environment.js';
import { cleanEnvironment, PROGRAM, temporaryDirectory } from './ioc-process.js';
import { patientClient } from './patient-client.js';

/** An IOC whose input and output are of a kind that only a shell or a terminal gives. */
export interface ShellIoc {
  readonly child: ChildProcess;
  readonly client: PvaClient;
  /** Exit code and signal. */
  readonly exit: Promise<unknown[]>;
}

/** @param shell the command, which calls `dm-ioc run` as "$@", with `exec`, so that signals reach it */
export async function startByShell(t: Test, shell: string, settings: readonly string[] = []): Promise<ShellIoc> {
  const environment = await loopbackEnvironment();
  const root = temporaryDirectory(t);
  const all = [`dm.local.root=${root}`, `autosave.directory=${join(root, 'autosave')}`, ...settings];
  const args = ['run', ...all.flatMap((setting) => ['--set', setting])];
  const child = spawn('bash', ['-c', shell, 'bash', PROGRAM, ...args], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: 'pipe',
    // A group of its own, to end its readers as well.
    detached: true,
  });
  const exit = once(child, 'exit');
  const client = patientClient(environment);
  t.teardown(() => {
    client.close();
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // All have ended.
    }
  });
  await client.get('dm:Heartbeat');
  return { child, client, exit };
}
