import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText } from 'dm';
import type { Ioc } from 'node-epics-ca';
import type { Config } from '../config/config.js';
import { StartupError } from '../errors.js';
import type { Area } from '../registry/area.js';

/** The public contract: which PVs there are. */
const DATABASES = fileURLToPath(new URL('../../../../db/', import.meta.url));

/** The DTYP of records that have an address of the registry. */
export const DEVICE_TYPE = 'dm';

/** The .dbd files that declare it. */
export const DEFINITIONS: readonly string[] = [resolve(DATABASES, 'dm.dbd')];

type Loader = Pick<Ioc, 'loadRecords' | 'execute'>;

/** Loads the records of the areas and those of the site that the configuration names. @throws IocError, StartupError DATABASE_NOT_FOUND */
export function loadDatabases(ioc: Loader, areas: readonly Area[], { prefix, site }: Config): void {
  for (const { file, macros } of areas.flatMap(({ databases = [] }) => databases)) {
    ioc.loadRecords(resolve(DATABASES, file), { P: prefix, ...macros });
  }
  for (const { file, macros } of site.databases) {
    if (!existsSync(file)) {
      throw new StartupError(
        'DATABASE_NOT_FOUND',
        `site.databases: no file ${file}; correct the path, or take it out of site.databases`,
      );
    }
    ioc.loadRecords(file, { P: prefix, ...macros });
  }
}

/** The site's iocsh lines, split at its line `iocInit`. */
export interface SiteStartup {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** @throws StartupError SITE_STARTUP when the file is missing */
export function readSiteStartup(file: string | undefined): SiteStartup {
  if (file === undefined) return { before: [], after: [] };
  if (!existsSync(file))
    throw new StartupError('SITE_STARTUP', `site.startup: no file ${file}; remove the key, or make the file`);
  const lines = readFileSync(file, 'utf8')
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const at = lines.findIndex((line) => /^iocInit\b/u.test(line));
  return at === -1 ? { before: lines, after: [] } : { before: lines.slice(0, at), after: lines.slice(at + 1) };
}

const LOAD_RECORDS =
  /^dbLoadRecords\s*\(?\s*"?(?<file>(?:\$\([^)]*\)|\$\{[^}]*\}|[^",()\s])+)"?(?:\s*,?\s*"(?<macros>[^"]*)")?\s*\)?$/u;

function expand(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(
    /\$[({](?<name>\w+)(?:=(?<otherwise>[^)}]*))?[)}]/gu,
    (whole, name: string, otherwise?: string) => {
      return variables[name] ?? otherwise ?? whole;
    },
  );
}

function parseMacros(text: string): Record<string, string> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => [pair.split('=', 1)[0]?.trim() ?? '', pair.slice(pair.indexOf('=') + 1).trim()]),
  );
}

/** Runs iocsh lines one by one. Records are loaded by the IOC itself, so that those with DTYP "dm" are checked. @throws StartupError SITE_STARTUP naming the line */
export async function runSiteLines(
  ioc: Loader,
  file: string,
  lines: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const variables = { ...process.env, ...environment };
  for (const line of lines) {
    const load = LOAD_RECORDS.exec(line)?.groups;
    try {
      if (load === undefined) await ioc.execute(line);
      else {
        const macros = parseMacros(expand(load['macros'] ?? '', variables));
        ioc.loadRecords(expand(load['file'] ?? '', variables), { P: environment['P'] ?? '', ...macros });
      }
    } catch (error) {
      const reason = errorText(error);
      throw new StartupError('SITE_STARTUP', `${file}: ${line}: ${reason}`, { cause: error });
    }
  }
}
