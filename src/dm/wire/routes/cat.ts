import type { z } from 'zod';
import { datasetSchema } from '../../schemas/catalog.js';
import { dataset, file } from '../dm-objects.js';
import { queryDict, text, whole } from '../parameters.js';
import { type CheckKnowledge, routesOf } from '../route.js';

const { list, read, write } = routesOf('CAT');

const page = { experimentName: text, queryDict, skip: whole, limit: whole };
const firstEntry = ({ met }: CheckKnowledge): z.input<z.ZodObject<typeof page>> | undefined =>
  met.experiment && { experimentName: met.experiment.name, queryDict: {}, skip: 0, limit: 1 };

/** Catalogue: metadata of files and datasets. DM cuts a list off in silence at its limit. */
export const CAT_ROUTES = {
  getExperimentFiles: list({
    template: 'GET /experimentFiles/{E(experimentName)}?queryDict={J(queryDict)}&skip={skip}&limit={limit}',
    evidence: 'assumed',
    parameters: page,
    answer: file,
    check: firstEntry,
  }),
  getExperimentFile: read({
    template: 'GET /experimentFiles/{E(experimentName)}/{E(experimentFilePath)}',
    evidence: 'assumed',
    parameters: { experimentName: text, experimentFilePath: text },
    answer: file,
    check: ({ met }) =>
      met.experiment &&
      met.file && { experimentName: met.experiment.name, experimentFilePath: met.file.experimentFilePath },
  }),
  /** A second one of the same name is refused with code 15 (from apstools). */
  addExperimentDataset: write({
    template: 'POST /experimentDatasets?datasetInfo={J(datasetInfo)}',
    evidence: 'assumed',
    role: 'user',
    parameters: { datasetInfo: datasetSchema },
    answer: dataset,
    whenUnknown: { repeat: 'safe', because: 'DM refuses a second one of the same name' },
  }),
  getExperimentDatasets: list({
    template: 'GET /experimentDatasets/{E(experimentName)}?queryDict={J(queryDict)}&skip={skip}&limit={limit}',
    evidence: 'assumed',
    parameters: page,
    answer: dataset,
    check: firstEntry,
  }),
  getExperimentDataset: read({
    template: 'GET /experimentDatasets/{E(experimentName)}/{E(datasetName)}',
    evidence: 'assumed',
    parameters: { experimentName: text, datasetName: text },
    answer: dataset,
    check: ({ met }) =>
      met.experiment && met.dataset && { experimentName: met.experiment.name, datasetName: met.dataset.datasetName },
  }),
};
