import { checkConfig } from '../check/check-config.js';
import type { Finding } from '../check/finding.js';
import { isCoded } from '../coded-error.js';
import { loadConfig, type ConfigOptions } from '../config/load-config.js';
import { backendOf } from '../create-data-management.js';
import { loadForInspection } from './load-for-inspection.js';

function lineOf({ kind, text }: Finding): string {
  return `dm-ioc: ${kind === 'refused' ? '' : 'warning: '}${text.trim().replaceAll(/\s*\n\s*/gu, '; ')}`;
}

/**
 * `dm-ioc check`: everything that is wrong, a line each; exit code 1 when something is. Also beside a running IOC, because no engine is
 * opened.
 */
export async function check(options: ConfigOptions): Promise<void> {
  const config = loadConfig(options.config, options.set);
  const { isRunning, findings } = await checkConfig(config);
  let records = 0;
  let loading: Finding[];
  try {
    const { bindings, regrets } = await loadForInspection(config);
    records = bindings.length;
    loading = regrets.map((text) => ({ kind: 'regretted', text }));
  } catch (error) {
    if (!isCoded(error)) throw error;
    loading = [{ kind: 'refused', text: error.message }];
  }
  const lines = new Set([...findings, ...loading].map(lineOf));
  for (const line of lines) process.stderr.write(`${line}\n`);
  if (lines.size > 0) {
    process.exitCode = 1;
    return;
  }
  const where = isRunning ? '; an IOC with it runs, so its ports were not tried' : '';
  process.stdout.write(
    `configuration good: ${records} records of DTYP "dm" on prefix ${config.prefix}, backend ${await backendOf(config)}${where}\n`,
  );
}
