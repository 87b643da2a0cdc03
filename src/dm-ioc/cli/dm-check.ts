import { checkServices } from 'dm/rest';
import { loadConfig, type ConfigOptions } from '../config/load-config.js';
import { restOptions } from '../create-data-management.js';
import { createLog } from '../log/create-log.js';
import { printableText } from '../printable-text.js';

const MARKS = { ok: 'ok', failed: 'FAILED', skipped: 'skipped' } as const;

/** `dm-ioc dm check`: exit code 1 when an endpoint doesn't answer as expected. */
export async function checkDm(options: ConfigOptions): Promise<void> {
  const config = loadConfig(options.config, options.set);
  const checks = await checkServices(await restOptions(config), createLog({ ...config.log, level: 'warn' }));
  let place = '';
  for (const { service, url, route, path, confirmed, outcome, message, durationMs } of checks) {
    const at = `${service} at ${url ?? 'no URL'}`;
    if (at !== place) process.stdout.write(`${at}\n`);
    place = at;
    const evidence = confirmed ? '' : ' (path unconfirmed)';
    process.stdout.write(
      `  ${MARKS[outcome].padEnd(7)} ${route.padEnd(23)} ${path}${evidence}: ${printableText(message)} (${Math.round(durationMs)} ms)\n`,
    );
  }
  const failed = checks.filter(({ outcome }) => outcome === 'failed').length;
  process.stdout.write(`${checks.length} endpoints, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}
