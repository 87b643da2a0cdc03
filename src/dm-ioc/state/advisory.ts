import { daqAdvisory, jobAdvisory, uploadAdvisory, type DaqInfo, type Job, type UploadInfo } from 'dm';

/**
 * What a user should know beside DM's own status. Only DM's web services call things done that did nothing; the local engine
 * refuses them, so there is nothing to add.
 */
export interface Advisor {
  daq(daq: DaqInfo, nowMs: number): string;
  upload(upload: UploadInfo): string;
  job(job: Job): string;
}

const SILENT: Advisor = { daq: () => '', upload: () => '', job: () => '' };

const WEB_SERVICES: Advisor = {
  daq: (daq, nowMs) => daqAdvisory(daq, nowMs) ?? '',
  upload: (upload) => uploadAdvisory(upload) ?? '',
  job: (job) => jobAdvisory(job) ?? '',
};

export function advisorOf(backend: string): Advisor {
  return backend === 'rest' ? WEB_SERVICES : SILENT;
}
