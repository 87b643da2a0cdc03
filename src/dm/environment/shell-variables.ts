import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { errorText } from '../error-text.js';
import { DmError } from '../errors.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the shell is given beside DM's own variables: nothing that could be a secret. */
const GIVEN = ['HOME', 'LANG', 'LOGNAME', 'PATH', 'TZ', 'USER'];

/**
 * Sources a file as $1, its output thrown away, and prints what came of it, each piece ended by NUL: status, line and text of the last
 * command, then DM's variables as name=value, exported or not, and an empty piece. A file that ends the shell leaves its line on stderr.
 * Its input is a folder, so that who reads it gets an error instead of nothing.
 */
const SCRIPT = `
__dm_file=$1; shift
set -T
trap '[[ -z \${BASH_SOURCE-} || $BASH_COMMAND == *__dm_file* ]] || { __dm_line=$LINENO; __dm_command=$BASH_COMMAND; }' DEBUG
trap 'builtin printf "\\nended by %s at %s\\n" "$?" "\${__dm_line-}" >&2' EXIT
exec 3>&1 >/dev/null </
. "$__dm_file" 3>&-
__dm_status=$?
trap - EXIT DEBUG
builtin printf '%s\\0' "$__dm_status" "\${__dm_line-}" "\${__dm_command-}" >&3
for __dm_name in "\${!DM_@}"; do builtin printf '%s=%s\\0' "$__dm_name" "\${!__dm_name-}" >&3; done
builtin printf '\\0' >&3
`;

/** As much of stderr as is kept: its beginning says what went wrong. */
const MAX_STDERR_LENGTH = 65_536;

/**
 * The `DM_*` variables that bash has after sourcing a file in an environment that holds DM's variables, HOME, PATH and the user's name,
 * and nothing else. What the file leaves running is killed.
 * @param timeoutMs until it is killed with all that it has started
 * @throws DmError DM_CONFIGURATION naming line and remedy when the file hangs, ends the shell, returns a failure, reads its input, or when
 *   bash reports anything about it: then nobody can say that the variables are right
 */
export async function readShellVariables(
  path: string,
  environment: Environment,
  timeoutMs: number,
): Promise<Record<string, string>> {
  const file = resolve(path);
  const { stdout, stderr, end } = await source(path, file, environment, timeoutMs);
  const reported = firstReport(file, stderr);
  if (reported !== null) refuse(path, reported.text, reported.line);
  const pieces = stdout.split('\0');
  if (!stdout.endsWith('\0\0')) {
    const ended = /^ended by (?<status>\d+) at (?<line>\d*)$/mu.exec(stderr)?.groups;
    refuse(
      path,
      ended === undefined ? end : `it ends the shell that reads it, with status ${ended['status']}`,
      ended?.['line'],
    );
  }
  const [returned = '', line, command = '', ...variables] = pieces.slice(0, -2);
  if (returned !== '0' && command.startsWith('return')) refuse(path, `it returns ${returned}, a failure`, line);
  return Object.fromEntries(
    variables.map((variable) => {
      const at = variable.indexOf('=');
      return [variable.slice(0, at), variable.slice(at + 1)];
    }),
  );
}

interface Sourced {
  readonly stdout: string;
  readonly stderr: string;
  /** How the shell ended, as a clause. */
  readonly end: string;
}

async function source(path: string, file: string, environment: Environment, timeoutMs: number): Promise<Sourced> {
  const child = spawn('bash', ['--norc', '--noprofile', '-c', SCRIPT, 'bash', file], {
    env: givenEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < MAX_STDERR_LENGTH) stderr += text;
  });
  const limit = AbortSignal.timeout(timeoutMs);
  const giveUp = (): void => {
    killGroup(child.pid);
    child.stdout.destroy();
    child.stderr.destroy();
  };
  limit.addEventListener('abort', giveUp);
  child.once('exit', () => {
    killGroup(child.pid);
  });
  try {
    await once(child, 'close');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    refuse(path, isMissing ? 'bash, which has to read it, is not in PATH' : errorText(error));
  } finally {
    limit.removeEventListener('abort', giveUp);
  }
  const how = child.signalCode ?? `status ${child.exitCode ?? 'unknown'}`;
  const end = limit.aborted
    ? `it has not come to its end within ${timeoutMs} ms`
    : `it ends the shell that reads it, with ${how}`;
  return { stdout, stderr, end };
}

function givenEnvironment(environment: Environment): NodeJS.ProcessEnv {
  const isGiven = (name: string): boolean => GIVEN.includes(name) || name.startsWith('DM_');
  const given = Object.entries(environment).filter(([name]) => isGiven(name));
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(given), LC_MESSAGES: 'C' };
}

/** The first thing that bash has to say about the file or one that it sources, or a program about its input. */
function firstReport(
  file: string,
  stderr: string,
): { readonly text: string; readonly line?: string | undefined } | null {
  const bash = /^(?<at>\.{0,2}\/.*?): line (?<line>\d+): (?<text>.*)$/mu.exec(stderr)?.groups;
  if (bash !== undefined) {
    const { at = '', line = '', text = '' } = bash;
    return at === file ? { text, line } : { text: `${at}, line ${line}: ${text}` };
  }
  const input = /^.*: Is a directory$/mu.exec(stderr)?.[0];
  return input === undefined ? null : { text: `a program in it reads its input, and there is none (${input})` };
}

function refuse(path: string, problem: string, line?: string): never {
  throw new DmError(
    'DM_CONFIGURATION',
    `The DM set-up file ${path}${line === undefined || line === '' ? '' : `, line ${line}`}: ${problem}. ` +
      'Correct it, or source it before the start instead of naming it in dm.setupFile.',
  );
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
