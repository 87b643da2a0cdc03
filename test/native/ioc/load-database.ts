/** Loads one file and reports the error. argv: file (.db, .acf, or .cmd with one iocsh command), JSON of the environment. */
import { readFileSync } from 'node:fs';
import { Ioc, IocError } from 'node-epics-ca';
import { DM_DEFINITIONS } from '../../dm-definitions.js';

const [, , file = '', environment = '{}'] = process.argv;
const ioc = new Ioc({ ...DM_DEFINITIONS, environment: JSON.parse(environment) as Record<string, string> });
try {
  if (file.endsWith('.acf')) ioc.setAccessSecurity(file);
  else if (file.endsWith('.cmd')) await ioc.execute(readFileSync(file, 'utf8').trim());
  else ioc.loadRecords(file, { P: 't:' });
  process.stdout.write(
    `${JSON.stringify({ event: 'loaded', records: ioc.deviceRecords().map(({ name }) => name) })}\n`,
  );
} catch (error) {
  if (!(error instanceof IocError)) throw error;
  process.stdout.write(`${JSON.stringify({ event: 'error', code: error.code, message: error.message })}\n`);
}
