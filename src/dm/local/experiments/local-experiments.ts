import { hostname } from 'node:os';
import type { ChangeFeed } from '../../change-feed.js';
import { checked } from '../../checked.js';
import type { CallOptions, Experiments } from '../../data-management.js';
import {
  DmError,
  DmInvalidArgumentError,
  DmInvalidObjectStateError,
  DmObjectAlreadyExistsError,
  DmObjectNotFoundError,
} from '../../errors.js';
import { errorText } from '../../error-text.js';
import { newExperimentSchema, type Experiment, type NewExperiment } from '../../schemas/experiment.js';
import { call } from '../call.js';
import { dateText, parseDate } from '../dm-time.js';
import { relativePath } from '../../relative-path.js';
import type { ExperimentRecord, ExperimentRepository } from '../store/experiment-repository.js';
import { experimentDirectories, prepareDirectories, type ExperimentDirectories } from './experiment-directories.js';

/** An experiment's row and its directories. */
export interface StoredExperiment {
  readonly record: ExperimentRecord;
  readonly directories: ExperimentDirectories;
}

export interface LocalExperimentsContext {
  readonly root: string;
  readonly station: string;
  readonly repository: ExperimentRepository;
  readonly changes: ChangeFeed;
  /** The id of an active DAQ or upload of the experiment, if there is one. */
  readonly activeTransfer: (experimentName: string) => string | undefined;
  readonly onRemoved: (experimentName: string) => Promise<void>;
}

const STORAGE = { id: 1, name: 'LOCAL', description: 'Storage of the embedded engine' };

export class LocalExperiments implements Experiments {
  readonly #context: LocalExperimentsContext;
  /** The addition or removal that was asked for last; one at a time. */
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(context: LocalExperimentsContext) {
    this.#context = context;
  }

  list(options?: CallOptions): Promise<Experiment[]> {
    return call(options, () => this.#context.repository.all().map((record) => this.#shortForm(record)));
  }

  getByName(name: string, options?: CallOptions): Promise<Experiment> {
    return call(options, () => this.#fullForm(this.find(name)));
  }

  getById(id: number, options?: CallOptions): Promise<Experiment> {
    return call(options, () => {
      const record = this.#context.repository.byId(id);
      if (record === undefined) throw new DmObjectNotFoundError(`Experiment with id ${id} does not exist.`);
      return this.#fullForm(this.#stored(record));
    });
  }

  add(experiment: NewExperiment, options?: CallOptions): Promise<Experiment> {
    return call(options, async () => {
      const given = checked('Experiment', newExperimentSchema, experiment);
      const stored = await this.#inTurn(() => this.#create(given));
      const full = this.#fullForm(stored);
      this.#context.changes.tell('experiment', full);
      return full;
    });
  }

  /** Forgets the experiment with its catalogue and its ended DAQs and uploads. Its files stay on the disk. */
  remove(name: string, options?: CallOptions): Promise<void> {
    return call(options, () =>
      this.#inTurn(async () => {
        const { record } = this.find(name);
        const active = this.#context.activeTransfer(name);
        if (active !== undefined) {
          throw new DmInvalidObjectStateError(`Experiment ${name} has an active transfer, ${active}; stop it first.`);
        }
        await this.#context.repository.remove(record);
        await this.#context.onRemoved(name);
        this.#context.changes.tell('experimentRemoved', name);
      }),
    );
  }

  /** @throws DmObjectNotFoundError */
  find(name: string): StoredExperiment {
    const record = this.#context.repository.byName(name);
    if (record === undefined) throw new DmObjectNotFoundError(`Experiment ${name} does not exist.`);
    return this.#stored(record);
  }

  /** Make every experiment's directories usable after a crash. */
  async recover(): Promise<void> {
    await this.#context.repository.load();
    for (const record of this.#context.repository.all()) await prepareDirectories(this.#stored(record).directories);
  }

  async #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(change, change);
    this.#lastChange = turn.catch(() => undefined);
    return await turn;
  }

  async #create(experiment: NewExperiment): Promise<StoredExperiment> {
    const { repository, root, station } = this.#context;
    if (repository.byName(experiment.name) !== undefined) {
      throw new DmObjectAlreadyExistsError(`Experiment ${experiment.name} already exists.`);
    }
    const rootPath = relativePath(experiment.rootPath ?? '', 'rootPath');
    const start = experiment.startDate === undefined ? null : parseDate(experiment.startDate, 'startDate');
    const end = experiment.endDate === undefined ? null : parseDate(experiment.endDate, 'endDate');
    if (start !== null && end !== null && end < start) {
      throw new DmInvalidArgumentError(
        `endDate ${experiment.endDate ?? ''} is before startDate ${experiment.startDate ?? ''}.`,
      );
    }
    const directories = experimentDirectories(root, rootPath, experiment.name);
    for (const other of repository.all()) {
      const storage = this.#stored(other).directories.storage;
      if (`${directories.storage}/`.startsWith(`${storage}/`) || `${storage}/`.startsWith(`${directories.storage}/`)) {
        throw new DmInvalidArgumentError(
          `rootPath "${rootPath}": the storage would overlap that of experiment ${other.name}.`,
        );
      }
    }
    try {
      await prepareDirectories(directories);
    } catch (error) {
      const message = errorText(error);
      throw new DmError('DM_COMMAND_FAILED', `The storage ${directories.storage} can't be created: ${message}`, {
        cause: error,
      });
    }
    const now = dateText(new Date());
    const record = await repository.insert({
      name: experiment.name,
      typeName: experiment.typeName ?? station,
      description: experiment.description ?? null,
      rootPath: rootPath === '' ? null : rootPath,
      users: experiment.users ?? [],
      startDate: start === null ? null : dateText(start),
      endDate: end === null ? null : dateText(end),
      createDate: now,
      updateDate: now,
    });
    return { record, directories };
  }

  #stored(record: ExperimentRecord): StoredExperiment {
    return { record, directories: experimentDirectories(this.#context.root, record.rootPath, record.name) };
  }

  #shortForm(record: ExperimentRecord): Experiment {
    const { station } = this.#context;
    return {
      id: record.id,
      name: record.name,
      description: record.description ?? '',
      experimentType: { id: record.typeId, name: record.typeName, description: `Type ${record.typeName}` },
      experimentTypeId: record.typeId,
      experimentStation: { id: 1, name: station, description: `Station ${station}` },
      experimentStationId: 1,
      primaryStorage: STORAGE,
      primaryStorageId: STORAGE.id,
      ...(record.rootPath !== null && { rootPath: record.rootPath }),
      ...(record.startDate !== null && { startDate: record.startDate }),
      ...(record.endDate !== null && { endDate: record.endDate }),
      createDate: record.createDate,
      updateDate: record.updateDate,
    };
  }

  #fullForm({ record, directories }: StoredExperiment): Experiment {
    const host = hostname();
    return {
      ...this.#shortForm(record),
      stationName: this.#context.station,
      storageDirectory: directories.storage,
      storageHost: host,
      storageUrl: `file://${host}${directories.storage}`,
      dataDirectory: directories.data,
      dataDirectoryFrozen: false,
      analysisDirectory: directories.analysis,
      analysisDirectoryFrozen: false,
      systemDirectory: directories.system,
      managedDirectoryStructure: true,
      experimentUsernameList: [...record.users],
    };
  }
}
