import type { CallOptions, Uploads } from '../data-management.js';
import type { UploadInfo, UploadOptions } from '../schemas/transfer.js';
import { fileWithin } from '../file-within.js';
import type { RestContext } from './rest-context.js';
import { type DaqService, RestTransfers } from './rest-transfers.js';

export class RestUploads extends RestTransfers<UploadInfo> implements Uploads {
  constructor(services: readonly [DaqService, ...DaqService[]], context: RestContext) {
    super(services, { list: 'listUploads', get: 'getUploadInfo', clear: 'clearUpload', event: 'upload' }, context);
  }

  async start(
    experimentName: string,
    dataDirectory: string,
    uploadOptions: UploadOptions = {},
    options?: CallOptions,
  ): Promise<UploadInfo> {
    const client = this.clientFor(dataDirectory);
    const { experimentFilePath: path } = uploadOptions;
    const file = path === undefined ? {} : { experimentFilePath: fileWithin(path, [dataDirectory]) };
    const parameters = { experimentName, dataDirectory, taskInfo: { ...uploadOptions, ...file } };
    return this.observe(client, await client.call('upload', parameters, options));
  }

  async stop(id: string, options?: CallOptions): Promise<UploadInfo> {
    const client = await this.home(id, options);
    return this.afterStop(client, id, await client.call('stopUpload', { id }, options), options);
  }
}
