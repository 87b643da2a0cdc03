import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { newExperimentSchema } from 'dm';
import { z } from 'zod';
import { SLOT_KINDS } from '../slots/kinds.js';
import type { SlotKind } from '../slots/slot-kind.js';

const port = z.number().int().min(0).max(65_535);
const slotCount = z.number().int().min(0).max(99);
const text = z.string().min(1);
/** `loadConfig` makes it absolute. */
const path = text.meta({ isPath: true });
const address = z.string().refine((value) => isIP(value) === 4, 'must be an IPv4 address');

/** What comes with dm-ioc. */
export const SHIPPED = fileURLToPath(new URL('../../../../ioc/', import.meta.url));

const databaseSchema = z.strictObject({
  file: path.describe('A .db file'),
  macros: z
    .record(z.string(), z.string())
    .default({})
    .describe("Its macros, `{ LIMIT: '3' }`; P, the prefix, is given"),
});

const serveSchema = z.strictObject({
  enabled: z.boolean().default(false).describe("Serve the engine over DM's own web protocol, to other clients of DM"),
  host: text.default('127.0.0.1').describe('Where it listens'),
  port: z
    .union([port, z.strictObject({ ds: port, daq: port, cat: port, proc: port, apsDb: port })])
    .default(22_236)
    .describe('One port for all services, or one each: {ds, daq, cat, proc, apsDb}; 0: any free'),
  loginFile: path.optional().describe('Its user, in the form of the DM login file: username|password'),
  certificate: path.optional().describe('PEM file; with key: HTTPS'),
  key: path.optional().describe('PEM file'),
});

const timeoutS = z.number().min(0).max(2_000_000).default(0);

const localSchema = z.strictObject({
  root: path.default('dm-data').describe('Storage and catalogue; experiments are in <root>/experiments'),
  workflows: path.default(`${SHIPPED}workflows`).describe('Folder of workflow definitions'),
  station: text.default('LOCAL').describe('Name of the station'),
  owner: text.optional().describe('Owner of the jobs; default the user of the process'),
  experiments: z.array(newExperimentSchema.shape.name).default(['demo']).describe('Made at the first start'),
  maxJobs: z.number().int().min(1).max(1000).default(4).describe('Jobs that run at once'),
  jobTimeoutS: timeoutS.describe('Time limit of jobs whose workflow has no timeout, in seconds; 0: none'),
  stageTimeoutS: timeoutS.describe('Time limit of stages that have no timeout, in seconds; 0: none'),
  serve: serveSchema.prefault({}),
  historyMaxAgeDays: z
    .number()
    .nonnegative()
    .default(90)
    .describe('Ended jobs, DAQs and uploads are forgotten after so many days; 0 never'),
});

/** How many slots there are of each kind. */
function slotsSchema(kinds: readonly SlotKind[]): z.ZodObject<Record<string, z.ZodDefault<typeof slotCount>>> {
  return z.strictObject(
    Object.fromEntries(
      kinds.map(({ name, device }) => [name, slotCount.default(4).describe(`${device}1 to ${device}n`)]),
    ),
  );
}

/** The configuration file. Every key has a default; an unknown key is an error. */
export const configSchema = z.strictObject({
  prefix: z
    .string()
    .regex(
      /^[A-Za-z0-9_:;<>[\]+-]{1,24}$/u,
      'must be 1 to 24 of the characters that PV names may have, without . and /',
    )
    .default('dm:')
    .describe('First part of every PV name'),
  interfaces: z.array(address).min(1).default(['127.0.0.1']).describe('Where CA and PVA listen'),
  ca: z.strictObject({ port: port.default(5064).describe('TCP and UDP; 0: any free') }).prefault({}),
  pva: z
    .strictObject({
      port: port.default(5075).describe('TCP; 0: any free'),
      broadcastPort: port.default(5076).describe('UDP, for searches; 0: any free'),
    })
    .prefault({}),
  slots: slotsSchema(SLOT_KINDS).prefault({}),
  dm: z
    .strictObject({
      backend: z
        .enum(['local', 'rest', 'auto'])
        .default('local')
        .describe('Engine; auto: rest when the DM_*_WEB_SERVICE_URL variables are set, else local'),
      setupFile: path
        .optional()
        .describe('The dm.setup.sh of DM: bash sources it at the start, and its DM_* variables count'),
      local: localSchema.prefault({}),
      rest: z.looseObject({}).prefault({}).describe('DM web services; what is left out comes from the DM_* variables'),
    })
    .prefault({}),
  access: z.strictObject({ file: path.default(`${SHIPPED}access.acf`).describe('EPICS access security') }).prefault({}),
  autosave: z
    .strictObject({ directory: path.default('dm-data/autosave').describe('Where setpoints and ids are kept') })
    .prefault({}),
  site: z
    .strictObject({
      databases: z
        .array(databaseSchema)
        .default([])
        .describe(
          'Your own records. A link to a setpoint or command of ours needs PP; a record linked with ours that waits for its device inside its processing makes DM wait, too',
        ),
      startup: path.optional().describe('Your own iocsh lines, before and after its line iocInit'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info').describe('Least level that is logged'),
      format: z.enum(['text', 'json']).default('text').describe('Lines for people, or for machines'),
    })
    .prefault({}),
});
export type Config = z.infer<typeof configSchema>;

/** The same with slots of other kinds. */
export function configSchemaFor(kinds: readonly SlotKind[]): typeof configSchema {
  return configSchema.extend({ slots: slotsSchema(kinds).prefault({}) });
}
