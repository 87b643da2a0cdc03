import { join } from 'node:path';
import { DmInvalidArgumentError } from '../../errors.js';
import type { JobArguments } from '../../schemas/job.js';
import type { TaskInfo } from '../../schemas/transfer.js';
import type { CopyOutcome } from '../copy/copy-messages.js';
import type { Statement } from '../store/database-messages.js';
import type { JobOrigin } from './failed-job.js';
import type { StoreTarget } from './file-store.js';
import { workflowArgs } from './workflow-args.js';

/** A job that is to be written, and lives once `release` has been called after that. */
export interface SubmittedJob {
  readonly statement: Statement;
  readonly release: () => void;
}

/** Starts jobs in two steps, so that a job is written in the same transaction as the file it is for. */
export interface JobSubmitter {
  /** @throws DmObjectNotFoundError, DmInvalidArgumentError */
  check(workflowOwner: string, workflowName: string, args: JobArguments): void;
  submit(workflowOwner: string, workflowName: string, args: JobArguments, jobOwner?: string): SubmittedJob;
}

/** One job per stored file, if the DAQ or upload asks for it. */
export class FileJobs {
  readonly #submitter: JobSubmitter;
  readonly #target: StoreTarget;
  readonly #options: TaskInfo;
  readonly #owner: string;
  readonly #args: JobArguments;

  /**
   * @param owner whose workflow it is unless `workflowOwner` says it
   * @param origin what starts the jobs
   * @throws DmError when such a job could not start
   */
  constructor(submitter: JobSubmitter, target: StoreTarget, options: TaskInfo, owner: string, origin: JobOrigin) {
    this.#submitter = submitter;
    this.#target = target;
    this.#options = options;
    this.#owner = options.workflowOwner ?? owner;
    this.#args = { ...workflowArgs(options.workflowArgs), ...origin };
    if (options.workflowName !== undefined)
      submitter.check(this.#owner, options.workflowName, this.#argsOf('file', 'file'));
    else if (options.workflowOwner !== undefined || options.workflowArgs !== undefined) {
      throw new DmInvalidArgumentError('workflowOwner and workflowArgs need workflowName.');
    }
  }

  /** The files' jobs, to be written in their transaction. */
  submit(stored: readonly CopyOutcome[]): readonly SubmittedJob[] {
    const { workflowName, workflowJobOwner } = this.#options;
    if (workflowName === undefined) return [];
    return stored.map((file) =>
      this.#submitter.submit(this.#owner, workflowName, this.#argsOf(file.path, file.destination), workflowJobOwner),
    );
  }

  #argsOf(path: string, destination: string): JobArguments {
    const { experiment, area, sourceRoot, transfer } = this.#target;
    return {
      ...this.#args,
      filePath: transfer ? join(experiment.directories[area], destination) : join(sourceRoot, path),
      experimentFilePath: destination,
      experimentName: experiment.record.name,
    };
  }
}
