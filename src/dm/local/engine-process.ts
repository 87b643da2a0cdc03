import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileOf = (root: string): string => join(root, 'engine.pid');

/** When a process started, in clock ticks since the machine did; undefined when there is none, or only its exit status. */
function startTicks(pid: number): string | undefined {
  try {
    // The name before may hold anything but a last closing parenthesis.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Note that this process is the engine of the root, which it has locked. */
export function recordEngineProcess(root: string): void {
  writeFileSync(fileOf(root), `${process.pid} ${startTicks(process.pid) ?? ''}\n`);
}

export function forgetEngineProcess(root: string): void {
  rmSync(fileOf(root), { force: true });
}

/** A process that uses a root. */
export interface EngineProcess {
  readonly pid: number;
  isAlive(): boolean;
}

/** The process whose engine uses the root; undefined when none does, also when it was killed and its number is another's now. */
export function engineProcess(root: string): EngineProcess | undefined {
  try {
    const [number, ticks] = readFileSync(fileOf(root), 'latin1').trim().split(' ');
    const pid = Number(number);
    const isAlive = (): boolean => ticks !== undefined && startTicks(pid) === ticks;
    return isAlive() ? { pid, isAlive } : undefined;
  } catch {
    return undefined;
  }
}
