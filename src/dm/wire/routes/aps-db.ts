import { esaf, proposal, run } from '../dm-objects.js';
import { numberOrText, station, text, whole } from '../parameters.js';
import { routesOf } from '../route.js';

const { list, read } = routesOf('APS_DB');

/** The facility's database: runs, safety assessments (ESAF) and proposals. Read only. */
export const APS_DB_ROUTES = {
  /** The path is read in the vendor's package, the method is inferred. */
  getCurrentRun: read({
    template: 'GET /bss/runs/current',
    evidence: 'package',
    parameters: {},
    answer: run,
    check: () => ({}),
  }),
  listStationEsafs: list({
    template: 'GET /esaf/stationEsafs/{E(stationName)}/{E(beamlineName)?}?year={year}',
    evidence: 'captured',
    parameters: { stationName: station, beamlineName: text.optional(), year: whole.optional() },
    answer: esaf,
    check: ({ station, beamline }) => ({
      stationName: station,
      beamlineName: beamline,
      year: new Date().getFullYear(),
    }),
  }),
  getStationEsafById: read({
    template: 'GET /esaf/stationEsafsById/{E(stationName)}/{id}',
    evidence: 'captured',
    parameters: { stationName: station, id: numberOrText },
    answer: esaf,
    check: ({ met, station }) => met.esaf && { stationName: station, id: met.esaf.esafId },
  }),
  listStationProposals: list({
    template: 'GET /bss/stationProposals/{E(stationName)}/{E(beamlineName)?}?runName={runName?}',
    evidence: 'captured',
    parameters: { stationName: station, beamlineName: text.optional(), runName: text.optional() },
    answer: proposal,
    check: ({ met: { run }, station, beamline }) => ({
      stationName: station,
      beamlineName: beamline,
      runName: run?.name ?? run?.runName,
    }),
  }),
  getStationProposalById: read({
    template: 'GET /bss/stationProposalsById/{E(stationName)}/{id}?runName={runName?}',
    evidence: 'captured',
    parameters: { stationName: station, id: numberOrText, runName: text.optional() },
    answer: proposal,
    check: ({ met: { proposal, run }, station }) =>
      proposal && { stationName: station, id: proposal.id, runName: run?.name ?? run?.runName },
  }),
};
