import { z } from 'zod';

/** A stored file as the catalogue knows it. `md5Sum` is null until computed, or when the checksum was skipped. */
export const fileMetadataSchema = z.looseObject({
  id: z.string().optional(),
  fileName: z.string(),
  experimentFilePath: z.string(),
  experimentName: z.string(),
  fileSize: z.number().int(),
  md5Sum: z.string().nullish(),
  fileModificationTime: z.number().optional(),
  fileModificationTimestamp: z.string().optional(),
  fileStorageTime: z.number().optional(),
  compression: z.string().optional(),
  readyForProcessing: z.boolean().optional(),
});
export type FileMetadata = z.infer<typeof fileMetadataSchema>;

/** Dataset metadata: any JSON beside the two names; a dataset's name is unique within its experiment. */
export const datasetSchema = z.looseObject({
  id: z.string().optional(),
  experimentName: z.string().min(1),
  datasetName: z.string().min(1),
});
export type Dataset = z.infer<typeof datasetSchema>;
