import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PYTHON } from './ioc-process.js';

export interface ConsumerSettings {
  readonly directory: string;
  readonly ids: readonly number[];
  /** How consumers find the frames and are found. */
  readonly environment: Readonly<Record<string, string>>;
  /** They wait until the test lets each go. */
  readonly isHeld?: boolean;
  readonly reportPeriodS?: number;
  /** First part of the names of their PVs; may have variables of the job. */
  readonly prefix?: string;
}

/** The command of a stage that runs pvaPy's consumers and nothing of ours. */
export function consumersCommand({
  directory,
  ids,
  environment,
  isHeld = false,
  reportPeriodS = 1,
  prefix = 'consumer',
}: ConsumerSettings): string {
  const program = resolve(PYTHON, '..', 'pvapy-hpc-consumer');
  const variables = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  const args = [
    `--input-channel "$dataPv" --control-channel "${prefix}:*:control" --status-channel "${prefix}:*:status"`,
    `--processor-file ${resolve('test/system/stream_processor.py')} --processor-class Processor`,
    `--processor-args '${JSON.stringify({ log: join(directory, 'configured') })}'`,
    `--report-period ${reportPeriodS} --log-level info`,
  ];
  const script = [
    ...variables,
    // Under load pvaPy crashes now and then at its start, when frames come already: such a one is started again.
    'one() {',
    ...(isHeld ? [`  while [ ! -e ${directory}/go.$1 ]; do sleep 0.1; done`] : []),
    '  while :; do',
    `    ${program} --consumer-id $1 ${args.join(' ')} & echo $! > ${directory}/pid.$1`,
    '    wait $!; case $? in 134 | 139) ;; *) return ;; esac',
    '  done',
    '}',
    ...ids.map((id) => `one ${id} > ${directory}/out.${id} 2>&1 &`),
    'wait',
    '',
  ];
  const path = join(directory, 'consumers.sh');
  writeFileSync(path, script.join('\n'));
  return `exec sh ${path}`;
}

/** Lets a held consumer begin. */
export function letGo(directory: string, id: number): void {
  writeFileSync(join(directory, `go.${id}`), '');
}

/** The process of a consumer. */
export function consumerPid(directory: string, id: number): number {
  return Number(readFileSync(join(directory, `pid.${id}`), 'utf8'));
}

/** Whether a process runs; one that has ended and nobody has asked for doesn't. */
export function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

/** Names with which consumers were configured, each as `id name`, in their order. */
export function configured(directory: string): readonly string[] {
  const path = join(directory, 'configured');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}
