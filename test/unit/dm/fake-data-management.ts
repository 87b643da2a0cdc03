import { randomUUID } from 'node:crypto';
import {
  ChangeFeed,
  type Catalog,
  type DaqInfo,
  type Daqs,
  type DataManagement,
  type Dataset,
  DmInvalidArgumentError,
  DmObjectAlreadyExistsError,
  DmObjectNotFoundError,
  type Experiment,
  type Experiments,
  type FileMetadata,
  type Job,
  type Jobs,
  type ServiceHealth,
  type UploadInfo,
  type Uploads,
  type Workflow,
  type Workflows,
  silentLogger,
} from 'dm';
import { matchesQuery } from 'dm/internal/matches-query';

const now = (): number => Date.now() / 1000;

/** DM in memory: nothing happens by itself, a test moves jobs and DAQs. */
export class FakeDataManagement implements DataManagement {
  readonly backend = 'local';
  readonly station = '25IDC';
  readonly owner = 's25idcuser';
  readonly changes = new ChangeFeed(silentLogger);
  readonly allExperiments: Experiment[] = [];
  readonly allDaqs: DaqInfo[] = [];
  readonly allUploads: UploadInfo[] = [];
  readonly allFiles: FileMetadata[] = [];
  readonly allDatasets: Dataset[] = [];
  readonly allWorkflows: Workflow[] = [];
  readonly allJobs: Job[] = [];

  readonly experiments: Experiments = {
    list: async () => Promise.resolve([...this.allExperiments]),
    getByName: (name) => this.find(this.allExperiments, (entry) => entry.name === name, `Experiment ${name}`),
    getById: (id) => this.find(this.allExperiments, (entry) => entry.id === id, `Experiment ${id}`),
    add: async (experiment) => {
      if (this.allExperiments.some(({ name }) => name === experiment.name)) {
        throw new DmObjectAlreadyExistsError(`Experiment ${experiment.name} already exists.`);
      }
      const { users, ...rest } = experiment;
      const added = {
        ...rest,
        id: this.allExperiments.length + 1,
        dataDirectory: `/dm/${experiment.name}/data`,
        experimentUsernameList: users ?? [],
      };
      this.allExperiments.push(added);
      return Promise.resolve(added);
    },
    remove: (name) => this.drop(this.allExperiments, (entry) => entry.name === name, `Experiment ${name}`),
  };

  readonly daqs: Daqs = {
    start: async (experimentName, dataDirectory, options) => {
      await this.experiments.getByName(experimentName);
      const daq: DaqInfo = {
        ...options,
        ...this.transfer(experimentName, dataDirectory),
      };
      this.allDaqs.push(daq);
      return daq;
    },
    stop: async (experimentName, dataDirectory) => {
      const daq = await this.find(
        this.allDaqs,
        (entry) => entry.experimentName === experimentName && entry.dataDirectory === dataDirectory,
        'DAQ',
      );
      daq.status = 'done';
      return daq;
    },
    list: async () => Promise.resolve([...this.allDaqs]),
    get: (id) => this.find(this.allDaqs, (entry) => entry.id === id, `DAQ ${id}`),
    sync: (id) => this.daqs.get(id),
    clear: (id) => this.drop(this.allDaqs, (entry) => entry.id === id, `DAQ ${id}`),
  };

  readonly uploads: Uploads = {
    start: async (experimentName, dataDirectory, options) => {
      const upload: UploadInfo = { ...options, ...this.transfer(experimentName, dataDirectory) };
      this.allUploads.push(upload);
      return Promise.resolve(upload);
    },
    stop: async (id) => {
      const upload = await this.uploads.get(id);
      upload.status = 'aborted';
      return upload;
    },
    list: async () => Promise.resolve([...this.allUploads]),
    get: (id) => this.find(this.allUploads, (entry) => entry.id === id, `Upload ${id}`),
    clear: (id) => this.drop(this.allUploads, (entry) => entry.id === id, `Upload ${id}`),
  };

  readonly catalog: Catalog = {
    getFile: (experimentName, path) =>
      this.find(
        this.allFiles,
        (file) => file.experimentName === experimentName && file.experimentFilePath === path,
        `File ${path}`,
      ),
    listFiles: async (experimentName, { skip = 0, limit = Infinity } = {}) =>
      Promise.resolve(this.allFiles.filter((file) => file.experimentName === experimentName).slice(skip, skip + limit)),
    waitForFile: (experimentName, path) => this.catalog.getFile(experimentName, path),
    addDataset: async (dataset) => {
      if (this.allDatasets.some(({ datasetName }) => datasetName === dataset.datasetName)) {
        throw new DmObjectAlreadyExistsError(`Dataset ${dataset.datasetName} already exists.`);
      }
      this.allDatasets.push(dataset);
      return Promise.resolve(dataset);
    },
    getDataset: (_experiment, name) =>
      this.find(this.allDatasets, (entry) => entry.datasetName === name, `Dataset ${name}`),
    listDatasets: async (experimentName, { skip = 0, limit = Infinity } = {}) =>
      Promise.resolve(
        this.allDatasets.filter((entry) => entry.experimentName === experimentName).slice(skip, skip + limit),
      ),
  };

  readonly workflows: Workflows = {
    list: async (owner) => Promise.resolve(this.allWorkflows.filter((entry) => entry.owner === owner)),
    get: (_owner, name) => this.find(this.allWorkflows, (entry) => entry.name === name, `Workflow ${name}`),
    add: async (workflow) => {
      this.allWorkflows.push(workflow);
      return Promise.resolve(workflow);
    },
    update: async (workflow) => {
      await this.workflows.remove(workflow.owner, workflow.name);
      return this.workflows.add(workflow);
    },
    remove: (_owner, name) => this.drop(this.allWorkflows, (entry) => entry.name === name, `Workflow ${name}`),
  };

  readonly jobs: Jobs = {
    start: async (owner, workflowName, args) => {
      if (owner === '') throw new DmInvalidArgumentError('Invalid owner name provided');
      const workflow = await this.workflows.get(owner, workflowName);
      const job: Job = {
        ...args,
        workflow,
        owner,
        id: randomUUID(),
        submissionTime: now(),
        countFiles: 0,
        status: 'pending',
      };
      this.allJobs.push(job);
      return job;
    },
    get: (_owner, id) => this.find(this.allJobs, (entry) => entry.id === id, `Job ${id}`),
    list: async (owner, { skip = 0, limit = Infinity, query = {} } = {}) =>
      Promise.resolve(
        this.allJobs
          .filter((entry) => matchesQuery({ ...entry }, { ...query, owner }))
          .slice(skip, skip + limit)
          .map((job): Job => ({ ...job, workflow: undefined })),
      ),
    stop: async (owner, id) => {
      const job = await this.jobs.get(owner, id);
      job.status = 'aborting';
      return job;
    },
  };

  start(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  health(): readonly ServiceHealth[] {
    return [];
  }
  watchJob(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }
  watchDaq(): Disposable {
    return this.watchJob();
  }
  watchUpload(): Disposable {
    return this.watchJob();
  }

  private transfer(experimentName: string, dataDirectory: string): DaqInfo {
    return {
      id: randomUUID(),
      experimentName,
      experimentStationName: this.station,
      dataDirectory,
      status: 'running',
      countFiles: 0,
      nProcessedFiles: 0,
      nProcessingErrors: 0,
      startTime: now(),
    };
  }

  private find<T>(entries: readonly T[], test: (entry: T) => boolean, what: string): Promise<T> {
    const found = entries.find(test);
    return found === undefined
      ? Promise.reject(new DmObjectNotFoundError(`${what} does not exist.`))
      : Promise.resolve(found);
  }

  private async drop<T>(entries: T[], test: (entry: T) => boolean, what: string): Promise<void> {
    const found = await this.find(entries, test, what);
    entries.splice(entries.indexOf(found), 1);
  }
}
