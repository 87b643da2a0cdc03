import { isTerminalStatus, type DaqInfo, type DataManagement, type Job, type UploadInfo } from 'dm';

const LIMIT_MS = 600_000;

interface Observed {
  readonly id: string;
  readonly status: string;
}

/** Wait for an object to fulfil a condition, by its events; the present state counts, too. */
async function waitFor<T extends Observed>(
  watch: Disposable,
  subscribe: (listener: (object: T) => void) => () => void,
  get: () => Promise<T>,
  id: string,
  condition: (object: T) => boolean,
): Promise<T> {
  let last: T | undefined;
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe = (): void => undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`waited in vain; the last state was ${JSON.stringify(last)}`));
      }, LIMIT_MS);
      const look = (object: T): void => {
        if (object.id !== id) return;
        last = object;
        if (condition(object)) resolve(object);
      };
      unsubscribe = subscribe(look);
      get().then(look, reject);
    });
  } finally {
    clearTimeout(timer);
    unsubscribe();
    watch[Symbol.dispose]();
  }
}

/** The job once it fulfils the condition, by default once it has ended; with all keys. */
export async function waitForJob(
  dm: DataManagement,
  id: string,
  condition: (job: Job) => boolean = ({ status }) => isTerminalStatus(status),
): Promise<Job> {
  await waitFor<Job>(
    dm.watchJob(dm.owner, id),
    (listener) => dm.changes.on('job', listener),
    () => dm.jobs.get(dm.owner, id),
    id,
    condition,
  );
  return await dm.jobs.get(dm.owner, id);
}

/** The upload once it fulfils the condition, by default once it has ended. */
export async function waitForUpload(
  dm: DataManagement,
  id: string,
  condition: (upload: UploadInfo) => boolean = ({ status }) => isTerminalStatus(status),
): Promise<UploadInfo> {
  return await waitFor<UploadInfo>(
    dm.watchUpload(id),
    (listener) => dm.changes.on('upload', listener),
    () => dm.uploads.get(id),
    id,
    condition,
  );
}

/** The DAQ once it fulfils the condition, by default once it has ended. */
export async function waitForDaq(
  dm: DataManagement,
  id: string,
  condition: (daq: DaqInfo) => boolean = ({ status }) => isTerminalStatus(status),
): Promise<DaqInfo> {
  return await waitFor<DaqInfo>(
    dm.watchDaq(id),
    (listener) => dm.changes.on('daq', listener),
    () => dm.daqs.get(id),
    id,
    condition,
  );
}
