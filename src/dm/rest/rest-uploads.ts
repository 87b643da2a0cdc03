import type { CallOptions, Uploads, Watch } from '../data-management.js';
import type { UploadInfo, UploadOptions } from '../schemas/transfer.js';
import { fileWithin } from '../file-within.js';
import type { RestContext } from './rest-context.js';
import { type DaqService, RestTransfers } from './rest-transfers.js';

export class RestUploads implements Uploads {
  readonly transfers: RestTransfers<UploadInfo>;

  constructor(services: readonly [DaqService, ...DaqService[]], context: RestContext) {
    this.transfers = new RestTransfers<UploadInfo>(
      services,
      { list: 'listUploads', get: 'getUploadInfo', clear: 'clearUpload', event: 'upload' },
      context,
    );
  }

  async start(
    experimentName: string,
    dataDirectory: string,
    uploadOptions: UploadOptions = {},
    options?: CallOptions,
  ): Promise<UploadInfo> {
    const client = this.transfers.clientFor(dataDirectory);
    const { experimentFilePath: path } = uploadOptions;
    const file = path === undefined ? {} : { experimentFilePath: fileWithin(path, [dataDirectory]) };
    const parameters = { experimentName, dataDirectory, taskInfo: { ...uploadOptions, ...file } };
    return this.transfers.observe(client, await client.call('upload', parameters, options));
  }

  async stop(id: string, options?: CallOptions): Promise<UploadInfo> {
    const client = await this.transfers.home(id, options);
    return this.transfers.afterStop(client, id, await client.call('stopUpload', { id }, options), options);
  }

  list(options?: CallOptions): Promise<UploadInfo[]> {
    return this.transfers.list(options);
  }

  get(id: string, options?: CallOptions): Promise<UploadInfo> {
    return this.transfers.get(id, options);
  }

  clear(id: string, options?: CallOptions): Promise<void> {
    return this.transfers.clear(id, options);
  }

  watch(id: string): Watch {
    return this.transfers.watch(id);
  }
}
