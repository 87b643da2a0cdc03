import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const GDB_LIMIT_MS = 60_000;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}

/** What the threads of a process wait for, for the message of a test whose process hangs: in the kernel, and their stacks where gdb is. */
export function describeThreads(pid: number): string {
  const tasks = `/proc/${pid}/task`;
  const waits = readdirSync(tasks).map((id) => {
    const [name, wait, call] = ['comm', 'wchan', 'syscall'].map((file) => read(`${tasks}/${id}/${file}`));
    return `${id} ${name}: ${wait}, system call ${call}`;
  });
  const gdb = spawnSync('gdb', ['-p', String(pid), '-batch', '-ex', 'thread apply all bt 20'], {
    encoding: 'utf8',
    timeout: GDB_LIMIT_MS,
  });
  return [...waits, gdb.error === undefined ? gdb.stdout : ''].join('\n');
}
