import type { CallOptions } from '../data-management.js';
import type { Esaf, Proposal, Run } from '../schemas/aps-db.js';
import type { RestOptions } from './rest-options.js';
import type { ServiceClient } from './service-client.js';

/** ESAFs, proposals and runs of the configured station and beamline, from the APS database service. Reads only, nothing is polled. */
export class ApsDb {
  readonly #client: ServiceClient;
  readonly #stationName: string;
  readonly #beamlineName: string | undefined;

  constructor(client: ServiceClient, { station, beamline }: Pick<RestOptions, 'station' | 'beamline'>) {
    this.#client = client;
    this.#stationName = station;
    this.#beamlineName = beamline;
  }

  /** ESAFs of a year (2026), of the whole station when no beamline is configured. */
  listStationEsafs(year: number, options?: CallOptions): Promise<Esaf[]> {
    return this.#client.call('listStationEsafs', { ...this.#place(), year }, options);
  }

  /** @throws DmError DM_OBJECT_NOT_FOUND */
  getStationEsafById(id: number | string, options?: CallOptions): Promise<Esaf> {
    return this.#client.call('getStationEsafById', { stationName: this.#stationName, id }, options);
  }

  /** Proposals of a run (`2025-1`), of the whole station when no beamline is configured. */
  listStationProposals(runName: string, options?: CallOptions): Promise<Proposal[]> {
    return this.#client.call('listStationProposals', { ...this.#place(), runName }, options);
  }

  /** @throws DmError DM_OBJECT_NOT_FOUND */
  getStationProposalById(id: number | string, runName: string, options?: CallOptions): Promise<Proposal> {
    return this.#client.call('getStationProposalById', { stationName: this.#stationName, id, runName }, options);
  }

  /** The run that is on. Its path is read in the vendor's package, its method is inferred. */
  getCurrentRun(options?: CallOptions): Promise<Run> {
    return this.#client.call('getCurrentRun', {}, options);
  }

  #place(): { stationName: string; beamlineName: string | undefined } {
    return { stationName: this.#stationName, beamlineName: this.#beamlineName };
  }
}
