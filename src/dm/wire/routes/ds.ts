import { z } from 'zod';
import { experiment, undocumented } from '../dm-objects.js';
import { station, text, whole } from '../parameters.js';
import { routesOf } from '../route.js';

const { list, read, write } = routesOf('DS');

const NEW_EXPERIMENT =
  '&typeName={E(typeName)?}&description={E(description)?}&rootPath={E(rootPath)?}' +
  '&startDate={E(startDate)?}&endDate={E(endDate)?}&usernameList={J(usernameList)?}';

/** Data storage: experiments, at one central host. */
export const DS_ROUTES = {
  /** The short form: no directories, no users (captured). */
  getExperimentsByStation: list({
    template: 'GET /experimentsByStation/{stationName}',
    evidence: 'captured',
    parameters: { stationName: station },
    answer: experiment,
    check: ({ station }) => ({ stationName: station }),
  }),
  getExperimentById: read({
    template: 'GET /experimentsById/{id}',
    evidence: 'captured',
    parameters: { id: whole },
    answer: experiment,
    check: ({ met }) => met.experiment && { id: met.experiment.id },
  }),
  getExperimentByName: read({
    template: 'GET /experimentsByName/{E(experimentName)}/{stationName}',
    evidence: 'captured',
    parameters: { experimentName: text, stationName: station },
    answer: experiment,
    check: ({ met, station }) => met.experiment && { experimentName: met.experiment.name, stationName: station },
  }),
  /** Dates as DM takes them: `26-Feb-26` (from the station GUI). */
  addExperiment: write({
    template: `POST /experiments?experimentName={E(experimentName)}&stationName={E(stationName)}${NEW_EXPERIMENT}`,
    evidence: 'recalled',
    role: 'administrator',
    parameters: {
      experimentName: text,
      stationName: station,
      typeName: text.optional(),
      description: text.optional(),
      rootPath: text.optional(),
      startDate: text.optional(),
      endDate: text.optional(),
      usernameList: z.array(z.string()).optional(),
    },
    answer: experiment,
    whenUnknown: { repeat: 'safe', because: 'DM refuses a second one of the same name' },
  }),
  deleteExperimentByName: write({
    template: 'DELETE /experimentsByName/{E(experimentName)}/{stationName}',
    evidence: 'inferred',
    role: 'administrator',
    parameters: { experimentName: text, stationName: station },
    answer: undocumented(experiment),
    whenUnknown: { repeat: 'safe', because: 'what is gone stays so' },
  }),
};
