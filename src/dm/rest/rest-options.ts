import { z } from 'zod';
import { DmError } from '../errors.js';
import { ROUTE_NAMES, type RouteName } from '../wire/routes.js';

const url = z
  .url({ protocol: /^https?$/u, error: 'must be a URL such as https://host:22236' })
  .refine((text) => !/[?#@]/u.test(text), 'must be a URL without user, password, ? and #')
  .transform((text) => text.replace(/\/+$/u, '').replace(/\/dm$/u, ''));

const daqService = z.union([
  url.transform((url) => ({ url, directories: [] as string[] })),
  z.strictObject({ url, directories: z.array(z.string()).default([]) }),
]);

const milliseconds = z.number().int().positive().max(3_600_000);

/**
 * How to reach DM's web services. `daq` may be several services, each with the data directories that it can see (apstools #939): the first
 * whose directory holds the requested one is asked, else the first of all.
 */
export const restOptionsSchema = z.strictObject({
  ds: url.describe('URL of the data storage service; default DM_DS_WEB_SERVICE_URL'),
  daq: z
    .union([daqService.transform((service) => [service]), z.array(daqService).min(1)], {
      error: 'must be a URL such as https://host:33336, or a list of {url, directories}',
    })
    .describe(
      'URL of the DAQ service, or a list of {url, directories}: the one whose directory holds the data is asked; default DM_DAQ_WEB_SERVICE_URL',
    ),
  cat: url.describe('URL of the catalogue service; default DM_CAT_WEB_SERVICE_URL'),
  proc: url.describe('URL of the processing service; default DM_PROC_WEB_SERVICE_URL'),
  apsDb: url.optional().describe('URL of the APS database service; default DM_APS_DB_WEB_SERVICE_URL'),
  station: z.string().min(1).describe('Name of the station (25IDC); default DM_STATION_NAME'),
  beamline: z.string().optional().describe('Name of the beamline; default DM_BEAMLINE_NAME'),
  owner: z.string().min(1).optional().describe('Owner of the jobs; default the user of the login file'),
  loginFile: z
    .string()
    .min(1)
    .describe(
      'Its first line is username|password. Read when the first session is opened, and again after a refusal; default DM_LOGIN_FILE',
    ),
  tls: z
    .strictObject({
      verify: z.boolean().default(true).describe("Check the services' certificates"),
      ca: z.string().optional().describe("File with the certificates (PEM) to trust beside the system's"),
    })
    .prefault({}),
  routes: z
    .partialRecord(z.enum(ROUTE_NAMES as [RouteName, ...RouteName[]]), z.string())
    .default({})
    .describe(
      'Paths of calls that differ from those of the route table, by the name of the call; `dm-ioc dm record` prints them',
    ),
  timeouts: z
    .strictObject({
      connectMs: milliseconds.default(10_000).describe('Time to connect'),
      readMs: milliseconds.default(30_000).describe('Time for an answer to a call that reads one object'),
      listMs: milliseconds.default(240_000).describe('Time for an answer to a call that reads a list'),
      writeMs: milliseconds.default(180_000).describe('Time for an answer to a call that changes something'),
    })
    .prefault({}),
  retry: z
    .strictObject({
      reads: z.number().int().min(0).max(10).default(2).describe('Repeats of a read after its first failure'),
      firstDelayMs: milliseconds.default(250).describe('Pause before the first repeat; it doubles with each'),
      loginMs: milliseconds.default(30_000).describe('How long a refused login is remembered before it is tried again'),
    })
    .prefault({}),
  poll: z
    .strictObject({
      pollMs: milliseconds
        .default(1_000)
        .describe('Period of asking for the objects that somebody watches, while they are active; 16 of them in each'),
      listMs: milliseconds.default(10_000).describe('Period of asking for what is active, while something is'),
      idleListMs: milliseconds
        .default(60_000)
        .describe('Period of asking for the lists; on average, no more than 1,000 entries are asked for in this time'),
      probeMs: milliseconds
        .default(4_000)
        .describe(
          'A service that was silent for so long is asked for a sign of life; one that is gone shows within a little more than twice the time',
        ),
      maxBackoffMs: milliseconds.default(30_000).describe('Longest pause between attempts while a service is down'),
      syncSettleMs: milliseconds
        .default(5_000)
        .describe(
          'Counters of a DAQ must rest this long before `sync` believes that it has seen every file; three times as long while they are zero',
        ),
    })
    .prefault({}),
  paging: z
    .strictObject({
      jobs: z.number().int().positive().default(5_000).describe('Jobs asked for in one call'),
      files: z.number().int().positive().default(100_000).describe('Files asked for in one call'),
    })
    .prefault({}),
});
export type RestOptions = z.output<typeof restOptionsSchema>;
/** What a configuration gives; the rest are defaults. */
export type RestOptionsInput = z.input<typeof restOptionsSchema>;

/** As it is written in the configuration. */
function keyOf(path: readonly PropertyKey[]): string {
  return ['dm.rest', ...path.map(String)].join('.');
}

/** @throws DmError DM_CONFIGURATION that names every wrong key */
export function parseRestOptions(options: RestOptionsInput): RestOptions {
  const parsed = restOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const given = Object.keys(options);
  const isMissing = ({ path: [key] }: z.core.$ZodIssue): boolean => key !== undefined && !given.includes(String(key));
  const missing = parsed.error.issues.filter(isMissing).map(({ path }) => path.join('.'));
  const wrong = [
    ...parsed.error.issues
      .filter((issue) => !isMissing(issue))
      .map((issue) => `${keyOf(issue.path)}: ${issue.message}`),
    ...(missing.length === 0
      ? []
      : [
          `${missing.join(', ')} not set: name DM's set-up file in dm.setupFile, source it, or set them in dm.rest (dm.rest.${missing[0] ?? ''}: …)`,
        ]),
  ];
  throw new DmError('DM_CONFIGURATION', `The options of the DM web services are not valid: ${wrong.join('; ')}.`);
}
