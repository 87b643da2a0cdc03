import { isDeepStrictEqual } from 'node:util';
import { Backoff } from '../backoff.js';
import type { CallOptions, Catalog, PageOptions } from '../data-management.js';
import { DmError } from '../errors.js';
import type { Dataset, FileMetadata } from '../schemas/catalog.js';
import { pause } from './pause.js';
import { readPages } from './read-pages.js';
import type { RestContext } from './rest-context.js';
import type { ServiceClient } from './service-client.js';

const BACKOFF = 1.5;
/** So many files are remembered to tell a change only once; the catalogue itself may hold millions. */
const REMEMBERED_FILES = 1_000;

export class RestCatalog implements Catalog {
  readonly #cat: ServiceClient;
  readonly #context: RestContext;
  readonly #told = new Map<string, FileMetadata>();

  constructor(cat: ServiceClient, context: RestContext) {
    this.#cat = cat;
    this.#context = context;
  }

  async getFile(experimentName: string, path: string, options?: CallOptions): Promise<FileMetadata> {
    const parameters = { experimentName, experimentFilePath: path };
    return this.#observed(await this.#cat.call('getExperimentFile', parameters, options));
  }

  listFiles(experimentName: string, page?: PageOptions): Promise<FileMetadata[]> {
    return this.#list<FileMetadata>('getExperimentFiles', experimentName, (file) => file.experimentFilePath, page);
  }

  /** Asks again with growing pauses, also while the service is down; other refusals end the wait. */
  async waitForFile(experimentName: string, path: string, options: CallOptions = {}): Promise<FileMetadata> {
    const { periods } = this.#context;
    const backoff = new Backoff({
      firstMs: () => periods.pollMs,
      longestMs: () => Math.max(periods.listMs, periods.pollMs),
      factor: BACKOFF,
    });
    for (;;) {
      try {
        return await this.getFile(experimentName, path, options);
      } catch (error) {
        if (options.signal?.aborted === true || !(error instanceof DmError) || !WORTH_WAITING.has(error.code))
          throw error;
      }
      await pause(backoff.next(), options.signal);
    }
  }

  addDataset(dataset: Dataset, options?: CallOptions): Promise<Dataset> {
    return this.#cat.call('addExperimentDataset', { datasetInfo: dataset }, options);
  }

  getDataset(experimentName: string, datasetName: string, options?: CallOptions): Promise<Dataset> {
    return this.#cat.call('getExperimentDataset', { experimentName, datasetName }, options);
  }

  listDatasets(experimentName: string, page?: PageOptions): Promise<Dataset[]> {
    return this.#list<Dataset>('getExperimentDatasets', experimentName, (dataset) => dataset.datasetName, page);
  }

  #list<T>(
    name: 'getExperimentFiles' | 'getExperimentDatasets',
    experimentName: string,
    keyOf: (entry: T) => string,
    { skip = 0, limit = Infinity, ...options }: PageOptions = {},
  ): Promise<T[]> {
    const ask = async (at: number, size: number): Promise<{ entries: T[]; nSent: number }> => {
      const page = { experimentName, queryDict: {}, skip: at, limit: size };
      const entries = (await this.#cat.call(name, page, options)) as T[];
      return { entries, nSent: entries.length };
    };
    return readPages({ ask, keyOf, size: this.#context.options.paging.files }, skip, skip + limit);
  }

  #observed(file: FileMetadata): FileMetadata {
    const key = `${file.experimentName}\n${file.experimentFilePath}`;
    if (!isDeepStrictEqual(this.#told.get(key), file)) this.#context.changes.tell('file', file);
    this.#told.delete(key);
    this.#told.set(key, file);
    const oldest = this.#told.keys().next().value;
    if (this.#told.size > REMEMBERED_FILES && oldest !== undefined) this.#told.delete(oldest);
    return file;
  }
}

const WORTH_WAITING: ReadonlySet<string> = new Set([
  'DM_OBJECT_NOT_FOUND',
  'DM_COMMUNICATION',
  'DM_TIMEOUT',
  'DM_SERVICE_LIMIT',
  'DM_INTERNAL',
]);
