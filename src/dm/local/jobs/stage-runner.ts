import { spawn, type ChildProcess as NodeChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/**
 * Runs a stage's command and keeps how it ended. It claims its directory first: the file `status` can be created once, so what was started twice runs once.
 * The command's output goes to `out` and `err`, its exit status is the last line of `status`, and what the shell says of it (such as "Killed") stands before.
 * Positional parameters only, as a variable could be one of the job's: $1 directory, $2 command, $3 boot. TERM is for the command: the runner outlives it.
 */
const SCRIPT = `set -C
trap : HUP INT TERM
command exec 3>"$1/status" 2>&3 || exit 125
echo "started $$ $3" >&3 || exit 125
(exec /bin/sh -c "$2" >>"$1/out" 2>>"$1/err" 3>&-)
set -- "$?"
echo "exit $1" >&3
exit "$1"`;
const NAME = 'dm-stage-runner';
/** The exit status of a runner that didn't run the command. */
export const RUNNER_REFUSED = 125;

/** What the file `status` says. */
export interface RunnerStatus {
  /** The runner's process, which is its process group, too; undefined while it has not said so. */
  readonly pid: number | undefined;
  /** Names one run of the operating system. */
  readonly bootId: string;
  /** Of the shell that ran the command, on the command. */
  readonly message: string;
  /** What the shell calls the command's exit status; undefined until it has ended. */
  readonly exit: number | undefined;
}

export interface RunnerOptions {
  /** Exists and is empty. */
  readonly directory: string;
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
}

/** The kernel's name for this run of the operating system. */
export const BOOT_ID = bootId();

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '-';
  }
}

/**
 * Start the runner in a session of its own, which outlives this process.
 * @throws the system's error for arguments that it can't take; every other failure is the child's event `error`
 */
export function spawnRunner(options: RunnerOptions): NodeChildProcess {
  const { directory, command, environment, workingDirectory } = options;
  return spawn('/bin/sh', ['-c', SCRIPT, NAME, directory, command, BOOT_ID], {
    cwd: workingDirectory,
    env: environment,
    detached: true,
    stdio: 'ignore',
  });
}

/** Read what the file `status` says. */
export function parseRunnerStatus(text: string): RunnerStatus {
  const started = /^started (\d+) (\S+)\n/u.exec(text);
  const rest = text.slice(started?.[0].length ?? 0);
  const exit = /(?:^|\n)exit (\d+)\n$/u.exec(rest);
  return {
    pid: started?.[1] === undefined ? undefined : Number(started[1]),
    bootId: started?.[2] ?? '',
    message: rest.slice(0, exit?.index ?? rest.length).trim(),
    exit: exit?.[1] === undefined ? undefined : Number(exit[1]),
  };
}

/**
 * True while the process is the runner of this directory. Its arguments say so: they hold the job's id, which no other process has, so neither a process number
 * that the system has given away since nor a restart of the machine misleads.
 * @param key the directory's last two names, as the way to them may have changed
 */
export async function isRunner(pid: number, key: string): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const [, , , name, directory] = text.split('\0');
  return name === NAME && directory?.endsWith(key) === true;
}
