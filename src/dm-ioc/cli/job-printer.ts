import {
  exitText,
  isTerminalStatus,
  jobError,
  outputVariables,
  skippedStages,
  stageRows,
  type ChildProcess,
  type Job,
} from 'dm';

/** Prints a job as it goes on: each process with what it writes, as it writes it, and at the end what came of it. */
export class JobPrinter {
  /** By process number: how much of its output was printed, and whether its end was. */
  readonly #printed = new Map<number, { stdOut: string; stdErr: string; isEnded: boolean }>();

  print(job: Job): void {
    for (const { process: child } of stageRows(job))
      if (child !== null && child.status !== 'pending') this.#process(child);
    if (isTerminalStatus(job.status)) this.#end(job);
  }

  #process(child: ChildProcess): void {
    const before = this.#printed.get(child.childProcessNumber);
    if (before?.isEnded === true) return;
    if (before === undefined) this.#say(`${child.stageId}: ${child.command.trim()}`);
    const { stdOut = '', stdErr = '', status, exitStatus, runTime = 0, warning } = child;
    process.stdout.write(added(before?.stdOut ?? '', stdOut ?? ''));
    process.stderr.write(added(before?.stdErr ?? '', stdErr ?? ''));
    const isEnded = isTerminalStatus(status);
    this.#printed.set(child.childProcessNumber, { stdOut: stdOut ?? '', stdErr: stdErr ?? '', isEnded });
    if (!isEnded) return;
    const exit = typeof exitStatus === 'number' ? `, ${exitText(exitStatus)}` : '';
    this.#say(`${child.stageId} ${status} in ${runTime.toFixed(2)} s${exit}`);
    if (warning !== undefined) process.stderr.write(`warning: ${child.stageId}: ${warning}\n`);
  }

  #end(job: Job): void {
    for (const stage of skippedStages(job)) this.#say(`${stage} skipped, as its runIf is false`);
    for (const [name, value] of Object.entries(outputVariables(job))) this.#say(`${name} = ${String(value)}`);
    const reason = jobError(job).split('\n', 1)[0] ?? '';
    this.#say(`job ${job.status}${reason === '' || job.status === reason ? '' : `: ${reason}`}`);
  }

  #say(line: string): void {
    process.stdout.write(`== ${line}\n`);
  }
}

/** What came since; all of it when the beginning is gone. */
function added(before: string, now: string): string {
  return now.startsWith(before) ? now.slice(before.length) : `...\n${now}`;
}
