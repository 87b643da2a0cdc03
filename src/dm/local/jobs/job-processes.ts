import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const GRACE_MS = 2000;
const POLL_MS = 20;

/**
 * End what is left of a job's processes: TERM, and KILL after a grace. A process belongs to a job when its environment says so
 * (`DM_JOB_ID`, a random UUID), so a process number that the system has given to another program since is never hit. Linux only (`/proc`).
 * @returns how many there were
 */
export async function endProcesses(jobId: string): Promise<number> {
  const found = await processesOf(jobId);
  signalAll(found, 'SIGTERM');
  const deadline = performance.now() + GRACE_MS;
  for (let left = found; left.length > 0; left = await processesOf(jobId)) {
    if (performance.now() > deadline) {
      signalAll(left, 'SIGKILL');
      break;
    }
    await delay(POLL_MS);
  }
  return found.length;
}

async function processesOf(jobId: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => [] as string[]);
  const pids = names.filter((name) => /^\d+$/u.test(name)).map(Number);
  const owned = await Promise.all(pids.map(async (pid) => (await jobIdOf(pid)) === jobId));
  return pids.filter((pid, index) => owned[index] === true && pid !== process.pid);
}

/** @returns '' for a process of somebody else, or of no job */
async function jobIdOf(pid: number): Promise<string> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
    return /(?:^|\0)DM_JOB_ID=([^\0]*)/u.exec(environment)?.[1] ?? '';
  } catch {
    return '';
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
