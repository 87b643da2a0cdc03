import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import {
  argumentWarnings,
  DmInvalidArgumentError,
  errorText,
  isTerminalStatus,
  jobArgumentsSchema,
  LocalDataManagement,
  workflowWarnings,
  type Job,
  type JobArguments,
} from 'dm';
import { JobPrinter } from './job-printer.js';
import { workflowOfFile } from './workflow-file.js';

export interface TryWorkflowOptions {
  readonly file?: string;
  readonly args: string;
  readonly keep?: boolean;
}

/** So much of each output can be printed as it comes. */
const OUTPUT_TAIL_BYTES = 1_048_576;
const INTERRUPTED = 130;

/** `dm-ioc workflow try FILE`: run a workflow once, in an engine of its own that is gone afterwards. Exit code 1 unless the job is done. */
export async function tryWorkflow(file: string, options: TryWorkflowOptions): Promise<void> {
  const workflow = await workflowOfFile(file, userInfo().username);
  const args = argumentsOf(options);
  for (const warning of [...workflowWarnings(workflow), ...argumentWarnings(workflow, args)])
    process.stderr.write(`warning: ${warning}\n`);
  const root = await mkdtemp(join(tmpdir(), 'dm-ioc-try-'));
  const engine = new LocalDataManagement({ root, owner: workflow.owner, outputTailBytes: OUTPUT_TAIL_BYTES });
  try {
    await engine.start();
    await engine.workflows.add(workflow);
    const { status } = await runJob(engine, workflow.name, args);
    if (status !== 'done') process.exitCode ??= 1;
  } finally {
    await engine.endJobs('The try is over.');
    await engine.close();
    if (options.keep === true) process.stdout.write(`== kept in ${root}\n`);
    else await rm(root, { recursive: true, force: true });
  }
}

/** @returns the job at its end; an interrupt aborts it, and so does nobody being there to see it */
async function runJob(engine: LocalDataManagement, name: string, args: JobArguments): Promise<Job> {
  const { id } = await engine.jobs.start(engine.owner, name, args);
  const stop = (): void => {
    if (process.exitCode === INTERRUPTED) return;
    process.exitCode = INTERRUPTED;
    void engine.jobs.stop(engine.owner, id);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop);
  // Each line that is written from now on fails, too.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', stop);
  const printer = new JobPrinter();
  return await new Promise((onEnd) => {
    engine.changes.on('job', (job) => {
      printer.print(job);
      if (isTerminalStatus(job.status)) onEnd(job);
    });
  });
}

function argumentsOf({ file, args }: TryWorkflowOptions): JobArguments {
  let given: unknown;
  try {
    given = JSON.parse(args);
  } catch (error) {
    throw new DmInvalidArgumentError(`--args is no JSON object: ${errorText(error)}`, { cause: error });
  }
  const checked = jobArgumentsSchema.safeParse(given);
  if (!checked.success)
    throw new DmInvalidArgumentError(`--args must be a JSON object, such as '{"detector": "eiger"}'`);
  return { ...checked.data, ...(file !== undefined && { filePath: resolve(file) }) };
}
