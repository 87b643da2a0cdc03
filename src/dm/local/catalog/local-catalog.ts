import { randomUUID } from 'node:crypto';
import type { ChangeFeed } from '../../change-feed.js';
import { checked } from '../../checked.js';
import type { CallOptions, Catalog, PageOptions } from '../../data-management.js';
import { DmError, DmInvalidArgumentError, DmObjectAlreadyExistsError, DmObjectNotFoundError } from '../../errors.js';
import { datasetSchema, type Dataset, type FileMetadata } from '../../schemas/catalog.js';
import { call } from '../call.js';
import type { LocalExperiments } from '../experiments/local-experiments.js';
import { relativePath } from '../../relative-path.js';
import type { DatasetRepository } from '../store/dataset-repository.js';
import type { FileRepository } from '../store/file-repository.js';
import { fileMetadata } from './file-metadata.js';

/** DM's own limit of one catalogue call. */
const DEFAULT_LIMIT = 500_000;

export interface LocalCatalogContext {
  readonly experiments: LocalExperiments;
  readonly files: FileRepository;
  readonly datasets: DatasetRepository;
  readonly changes: ChangeFeed;
}

export class LocalCatalog implements Catalog {
  readonly #context: LocalCatalogContext;
  /** Who waits for which file. */
  readonly #waiters = new Map<string, Set<(file: FileMetadata) => void>>();
  readonly #closing = new AbortController();
  /** Ends the waits for files of an experiment that is removed. */
  readonly #removals = new Map<string, AbortController>();

  constructor(context: LocalCatalogContext) {
    this.#context = context;
    context.changes.on('file', (file) => {
      const key = waitKey(file.experimentName, file.experimentFilePath);
      for (const resolve of this.#waiters.get(key) ?? []) resolve(file);
      this.#waiters.delete(key);
    });
    context.changes.on('experimentRemoved', (name) => {
      this.#removals.get(name)?.abort(new DmObjectNotFoundError(`Experiment ${name} was removed.`));
      this.#removals.delete(name);
    });
  }

  getFile(experimentName: string, path: string, options?: CallOptions): Promise<FileMetadata> {
    return call(options, async () => {
      const { name, id, relative } = this.#locate(experimentName, path);
      const record = await this.#context.files.byPath(id, relative);
      if (record === undefined) {
        throw new DmObjectNotFoundError(`File ${relative} does not exist in the catalog of experiment ${name}.`);
      }
      return fileMetadata(record, name);
    });
  }

  listFiles(experimentName: string, page: PageOptions = {}): Promise<FileMetadata[]> {
    return call(page, () => {
      const { name, id } = this.#context.experiments.find(experimentName).record;
      const { skip, limit } = pageOf(page);
      return this.#context.files.list(id, skip, limit, (record) => fileMetadata(record, name));
    });
  }

  async waitForFile(experimentName: string, path: string, { signal }: CallOptions = {}): Promise<FileMetadata> {
    signal?.throwIfAborted();
    const { name, id, relative } = this.#locate(experimentName, path);
    const key = waitKey(name, relative);
    const removal = this.#removals.get(name) ?? new AbortController();
    this.#removals.set(name, removal);
    const either = AbortSignal.any([this.#closing.signal, removal.signal, ...(signal === undefined ? [] : [signal])]);
    return await new Promise<FileMetadata>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiters.get(key)?.delete(done);
        if (this.#waiters.get(key)?.size === 0) this.#waiters.delete(key);
        reject(either.reason as Error);
      };
      const done = (file: FileMetadata): void => {
        either.removeEventListener('abort', onAbort);
        resolve(file);
      };
      either.addEventListener('abort', onAbort, { once: true });
      const waiters = this.#waiters.get(key) ?? new Set();
      this.#waiters.set(key, waiters.add(done));
      // Asked after it waits, so that no file slips through in between.
      this.#context.files.byPath(id, relative).then((record) => {
        if (record === undefined) return;
        this.#waiters.get(key)?.delete(done);
        done(fileMetadata(record, name));
      }, reject);
    });
  }

  addDataset(dataset: Dataset, options?: CallOptions): Promise<Dataset> {
    return call(options, async () => {
      const given = checked('A dataset needs experimentName and datasetName:', datasetSchema, dataset);
      const { record } = this.#context.experiments.find(given.experimentName);
      const stored = { ...given, id: given.id ?? randomUUID().replaceAll('-', '').slice(0, 24) };
      if (!(await this.#context.datasets.insert(record.id, stored))) {
        throw new DmObjectAlreadyExistsError(
          `Dataset ${stored.datasetName} already exists in experiment ${record.name}; choose another name.`,
        );
      }
      return stored;
    });
  }

  getDataset(experimentName: string, datasetName: string, options?: CallOptions): Promise<Dataset> {
    return call(options, async () => {
      const { id, name } = this.#context.experiments.find(experimentName).record;
      const dataset = await this.#context.datasets.byName(id, datasetName);
      if (dataset === undefined) {
        throw new DmObjectNotFoundError(`Dataset ${datasetName} does not exist in experiment ${name}.`);
      }
      return dataset;
    });
  }

  listDatasets(experimentName: string, page: PageOptions = {}): Promise<Dataset[]> {
    return call(page, () => {
      const { skip, limit } = pageOf(page);
      return this.#context.datasets.list(this.#context.experiments.find(experimentName).record.id, skip, limit);
    });
  }

  /** Everybody who still waits is told that the engine closes. */
  close(): void {
    this.#closing.abort(new DmError('DM_COMMAND_FAILED', 'The engine is closed.'));
  }

  #locate(experimentName: string, path: string): { name: string; id: number; relative: string } {
    const { name, id } = this.#context.experiments.find(experimentName).record;
    const relative = relativePath(path, 'experimentFilePath');
    if (relative === '') throw new DmInvalidArgumentError('experimentFilePath is empty; name a file.');
    return { name, id, relative };
  }
}

function waitKey(experimentName: string, path: string): string {
  return `${experimentName}\0${path}`;
}

/** @throws DmInvalidArgumentError */
export function pageOf({ skip = 0, limit = DEFAULT_LIMIT }: PageOptions): { skip: number; limit: number } {
  if (!Number.isInteger(skip) || skip < 0 || !Number.isInteger(limit) || limit < 0) {
    throw new DmInvalidArgumentError(`skip (${skip}) and limit (${limit}) must be whole numbers, 0 or more.`);
  }
  return { skip, limit };
}
