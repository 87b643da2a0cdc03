import { errorText } from '../../error-text.js';
import type { DmLogger } from '../../logger.js';
import type { Job } from '../../schemas/job.js';
import type { DaqInfo, UploadInfo } from '../../schemas/transfer.js';
import type { TransferRepository } from '../store/transfer-repository.js';
import { jobFailure, withFailedJob } from './failed-job.js';

export interface FailedJobsContext<Info extends DaqInfo | UploadInfo> {
  /** The DAQ or upload, if it is in memory. */
  readonly active: (id: string) => { noteFailedJob(reason: string): void } | undefined;
  readonly repository: TransferRepository<Info, unknown>;
  readonly log: DmLogger;
  readonly onChange: (info: Info) => void;
}

/** Counts the failed jobs of DAQs or uploads, also of those that have ended: their jobs may have waited for long. */
export class FailedJobs<Info extends DaqInfo | UploadInfo> {
  readonly #context: FailedJobsContext<Info>;
  /** One after the other, so that none is lost. */
  #last: Promise<void> = Promise.resolve();

  constructor(context: FailedJobsContext<Info>) {
    this.#context = context;
  }

  /** @param id of the DAQ or upload that started the job */
  note(id: string, job: Job): void {
    const reason = jobFailure(job);
    this.#context.log.warn({ id, job: job.id, reason }, 'a job for a stored file failed');
    const active = this.#context.active(id);
    if (active === undefined) this.#last = this.#last.then(() => this.#noteEnded(id, reason));
    else active.noteFailedJob(reason);
  }

  async #noteEnded(id: string, reason: string): Promise<void> {
    const { repository, onChange, log } = this.#context;
    try {
      const record = await repository.get(id);
      if (record === undefined) return;
      const info = withFailedJob(record.info, reason);
      await repository.update(info, false);
      onChange(info);
    } catch (error) {
      log.error({ id, reason: errorText(error) }, 'a failed job could not be counted');
    }
  }
}
