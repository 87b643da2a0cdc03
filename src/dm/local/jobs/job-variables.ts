import { userInfo } from 'node:os';
import { exactJsonText } from '../../exact-json.js';
import { JOB_KEYS } from './job-keys.js';

/** Keys of a job that are DM's own; an argument or an extracted variable of that name would overwrite them. */
const DM_KEYS: ReadonlySet<string> = new Set([...JOB_KEYS, 'workflow']);

/** Environment variables that would change how the shell or a program runs rather than what it works on. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(
  'PATH IFS ENV SHELL SHELLOPTS HOME USER LOGNAME PWD OLDPWD CDPATH TMPDIR LANG LANGUAGE TERM MAIL OPTIND OPTARG PPID UID EUID PS1 PS2 PS3 PS4 HOSTNAME DM_JOB_ID'.split(
    ' ',
  ),
);
const RESERVED_PREFIXES = [
  'LD_',
  'DYLD_',
  'BASH_',
  'LC_',
  'NODE_',
  'PYTHON',
  'PERL',
  'RUBY',
  'GLIBC_',
  'MALLOC_',
  'GIT_',
  'SSH_',
];

/** Why a name can't be an argument or a variable of a job; undefined when it can. */
export function reservedReason(name: string): string | undefined {
  if (DM_KEYS.has(name)) return `"${name}" is a key of DM's own jobs`;
  if (RESERVED_NAMES.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    return `"${name}" is an environment variable that programs obey`;
  }
  return undefined;
}

/** True for what a shell can call `$name`. Others stay in the job but don't reach its commands. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_]\w*$/u.test(name);
}

/** Linux takes no environment variable of 128 KiB and more. The list of a job with thousands of files would keep every one of its commands from starting. */
const LONGEST_LIST_BYTES = 128_000;
/** A job's values never change, and a long list is asked for with each of its files. */
const jsonTexts = new WeakMap<object, string>();

/** A job's value as a command sees it: text as it is, null as nothing, everything else as JSON. */
export function variableText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return exactJsonText(value);
  const text = jsonTexts.get(value) ?? exactJsonText(value);
  jsonTexts.set(value, text);
  return text;
}

/** The variables that a job's commands see, from its top-level keys. A `filePathList` too long for an environment is left out. */
export function jobVariables(job: Readonly<Record<string, unknown>>): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(job)) {
    const text = name === 'workflow' || !isVariableName(name) ? undefined : variableText(value);
    if (text === undefined || text.includes('\0')) continue;
    if (name === 'filePathList' && Buffer.byteLength(text) > LONGEST_LIST_BYTES) continue;
    variables.set(name, text);
  }
  return variables;
}

/** The environment of a job's process: the engine's for all of them, and the variables. `DM_JOB_ID` marks what belongs to the job. */
export function jobEnvironment(
  environment: NodeJS.ProcessEnv,
  jobId: string,
  variables: ReadonlyMap<string, string>,
): NodeJS.ProcessEnv {
  return { ...environment, ...Object.fromEntries(variables), DM_JOB_ID: jobId };
}

/** A command as DM shows it, with the variables' values in it. For people only: what runs is the command as it was written. */
export function displayCommand(command: string, variables: ReadonlyMap<string, string>): string {
  return command.replace(
    /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/gu,
    (all, braced: string | undefined, bare: string | undefined) => variables.get(braced ?? bare ?? '') ?? all,
  );
}

export const USER_ACCOUNT = userInfo().username;
