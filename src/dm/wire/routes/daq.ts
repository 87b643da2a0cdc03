import { z } from 'zod';
import { daqOptionsSchema, uploadOptionsSchema } from '../../schemas/transfer.js';
import { daq, undocumented, upload } from '../dm-objects.js';
import { text } from '../parameters.js';
import { routesOf } from '../route.js';

const { list, read, write } = routesOf('DAQ');

/** The vendor client sends `any` for all; a site's path may do without. */
const status = z.string().optional();

/** Data acquisition: DAQs and uploads. A station may have several such services, each with the directories that it sees. */
export const DAQ_ROUTES = {
  startDaq: write({
    template: 'POST /experimentsByName/{E(experimentName)}/startDaq/{E(dataDirectory)}?taskInfo={J(taskInfo)}',
    evidence: 'captured',
    role: 'user',
    parameters: {
      experimentName: text,
      dataDirectory: text,
      taskInfo: daqOptionsSchema.nullish().transform((options) => options ?? {}),
    },
    answer: daq,
    whenUnknown: { repeat: 'safe', because: 'a DAQ that DM started is found and taken over' },
  }),
  stopDaq: write({
    template: 'POST /experimentsByName/{E(experimentName)}/stopDaq/{E(dataDirectory)}',
    evidence: 'inferred',
    role: 'user',
    parameters: { experimentName: text, dataDirectory: text },
    answer: undocumented(daq),
    whenUnknown: { repeat: 'safe', because: 'what has stopped stays so' },
  }),
  /** Those of all stations that the service serves. */
  listDaqs: list({
    template: 'GET /daqsByStatus/{status}',
    evidence: 'recalled',
    parameters: { status },
    answer: daq,
    check: () => ({ status: 'any' }),
  }),
  getDaqInfo: read({
    template: 'GET /daqs/{id}',
    evidence: 'recalled',
    parameters: { id: text },
    answer: daq,
    check: ({ met }) => met.daq && { id: met.daq.id },
  }),
  clearDaq: write({
    template: 'DELETE /daqs/{id}',
    evidence: 'recalled',
    role: 'user',
    parameters: { id: text },
    answer: undocumented(daq),
    whenUnknown: { repeat: 'safe', because: 'what is gone stays so' },
  }),

  upload: write({
    template: 'POST /experimentsByName/{E(experimentName)}/upload/{E(dataDirectory)}?taskInfo={J(taskInfo)}',
    evidence: 'inferred',
    role: 'user',
    parameters: {
      experimentName: text,
      dataDirectory: text,
      taskInfo: uploadOptionsSchema.nullish().transform((options) => options ?? {}),
    },
    answer: upload,
    whenUnknown: { repeat: 'safe', because: 'files that are stored are skipped' },
  }),
  listUploads: list({
    template: 'GET /uploadsByStatus/{status}',
    evidence: 'recalled',
    parameters: { status },
    answer: upload,
    check: () => ({ status: 'any' }),
  }),
  getUploadInfo: read({
    template: 'GET /uploads/{id}',
    evidence: 'recalled',
    parameters: { id: text },
    answer: upload,
    check: ({ met }) => met.upload && { id: met.upload.id },
  }),
  stopUpload: write({
    template: 'POST /uploads/{id}/stopUpload',
    evidence: 'recalled',
    role: 'user',
    parameters: { id: text },
    answer: undocumented(upload),
    whenUnknown: { repeat: 'safe', because: 'what has stopped stays so' },
  }),
  clearUpload: write({
    template: 'DELETE /uploads/{id}',
    evidence: 'recalled',
    role: 'user',
    parameters: { id: text },
    answer: undocumented(upload),
    whenUnknown: { repeat: 'safe', because: 'what is gone stays so' },
  }),
};
