import { basename } from 'node:path';
import type { FileMetadata } from '../../schemas/catalog.js';
import { timestampText } from '../dm-time.js';
import type { FileRecord } from '../store/file-repository.js';

/** A catalogue row in DM's shape. A file under `analysis/` says so in `storageArea`. */
export function fileMetadata(record: FileRecord, experimentName: string): FileMetadata {
  return {
    id: String(record.id),
    fileName: basename(record.path),
    experimentFilePath: record.path,
    experimentName,
    fileSize: record.sizeBytes,
    md5Sum: record.md5,
    fileModificationTime: record.mtimeMs / 1000,
    fileModificationTimestamp: timestampText(record.mtimeMs / 1000),
    fileStorageTime: record.storedMs / 1000,
    compression: '',
    readyForProcessing: true,
    ...(record.area === 'analysis' && { storageArea: record.area }),
  };
}
