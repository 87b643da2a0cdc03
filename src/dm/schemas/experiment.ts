import { z } from 'zod';

const namedObject = z.looseObject({ id: z.number(), name: z.string(), description: z.string().optional() });

/**
 * A DM experiment. The list by station gives the short form (no directories, no users); by id or by name gives the full form.
 * Dates are DM's text, `YYYY-MM-DD HH:MM:SS[.ffffff]-06:00`. Directories are absolute paths on the storage host.
 */
export const experimentSchema = z.looseObject({
  id: z.number().int(),
  name: z.string(),
  description: z.string().nullish(),
  experimentType: namedObject.optional(),
  experimentTypeId: z.number().int().optional(),
  experimentStation: namedObject.optional(),
  experimentStationId: z.number().int().optional(),
  stationName: z.string().optional(),
  rootPath: z.string().nullish(),
  storageDirectory: z.string().optional(),
  storageHost: z.string().optional(),
  storageUrl: z.string().optional(),
  dataDirectory: z.string().optional(),
  analysisDirectory: z.string().optional(),
  systemDirectory: z.string().optional(),
  managedDirectoryStructure: z.boolean().optional(),
  experimentUsernameList: z.array(z.string()).optional(),
  startDate: z.string().nullish(),
  endDate: z.string().nullish(),
  createDate: z.string().optional(),
  updateDate: z.string().optional(),
});
export type Experiment = z.infer<typeof experimentSchema>;

/** What `addExperiment` takes. Names refuse the characters that the DM station GUI refuses. */
export const newExperimentSchema = z.object({
  name: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^#%&}{\\<>*?/$!:@'"` ]+$/u, 'must not contain a space or any of # % & } { \\ < > * ? / $ ! : @ \' " `')
    .regex(/^\P{Cc}*$/u, 'must not contain a tab, a line break or another control character')
    .refine((name) => name !== '.' && name !== '..', 'must not be . or ..'),
  typeName: z.string().optional(),
  description: z.string().optional(),
  rootPath: z.string().optional(),
  startDate: z.string().optional(),
  endDate: z.string().optional(),
  users: z.array(z.string()).optional(),
});
export type NewExperiment = z.infer<typeof newExperimentSchema>;
