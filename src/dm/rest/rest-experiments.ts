import { checked } from '../checked.js';
import type { CallOptions, Experiments } from '../data-management.js';
import { DmInvalidArgumentError } from '../errors.js';
import { type Experiment, type NewExperiment, newExperimentSchema } from '../schemas/experiment.js';
import { toWireDate } from '../wire/experiment-dates.js';
import { ListPoller } from './list-poller.js';
import type { RestContext } from './rest-context.js';
import type { ServiceClient } from './service-client.js';

export class RestExperiments implements Experiments {
  readonly poller: ListPoller<Experiment>;
  readonly #ds: ServiceClient;
  readonly #station: string;

  constructor(ds: ServiceClient, { options, changes, periods, pollFailed }: RestContext) {
    this.#ds = ds;
    this.#station = options.station;
    this.poller = new ListPoller<Experiment>({
      list: (signal) => ds.call('getExperimentsByStation', { stationName: this.#station }, { signal, retry: false }),
      keyOf: (experiment) => experiment.name,
      emit: (experiment) => {
        changes.tell('experiment', experiment);
      },
      removed: (experiment) => {
        changes.tell('experimentRemoved', experiment.name);
      },
      periods,
      onError: pollFailed('experiments'),
    });
  }

  async list(options?: CallOptions): Promise<Experiment[]> {
    const experiments = await this.#ds.call('getExperimentsByStation', { stationName: this.#station }, options);
    return experiments.sort((a, b) => b.id - a.id);
  }

  async getByName(name: string, options?: CallOptions): Promise<Experiment> {
    if (name === '') throw new DmInvalidArgumentError('The name of the experiment is empty.');
    const parameters = { experimentName: name, stationName: this.#station };
    return this.#observed(await this.#ds.call('getExperimentByName', parameters, options));
  }

  async getById(id: number, options?: CallOptions): Promise<Experiment> {
    return this.#observed(await this.#ds.call('getExperimentById', { id }, options));
  }

  async add(experiment: NewExperiment, options?: CallOptions): Promise<Experiment> {
    const { name, startDate, endDate, users, ...rest } = checked('The experiment', newExperimentSchema, experiment);
    const parameters = {
      ...rest,
      experimentName: name,
      stationName: this.#station,
      ...(startDate !== undefined && { startDate: toWireDate(startDate) }),
      ...(endDate !== undefined && { endDate: toWireDate(endDate) }),
      ...(users !== undefined && { usernameList: users }),
    };
    return this.#observed(await this.#ds.call('addExperiment', parameters, options));
  }

  async remove(name: string, options?: CallOptions): Promise<void> {
    const parameters = { experimentName: name, stationName: this.#station };
    await this.#ds.call('deleteExperimentByName', parameters, options);
    this.poller.remove(name);
  }

  #observed(experiment: Experiment): Experiment {
    const station = experiment.experimentStation?.name ?? experiment.stationName;
    if (station === undefined || station.toLowerCase() === this.#station.toLowerCase()) this.poller.observe(experiment);
    return experiment;
  }
}
