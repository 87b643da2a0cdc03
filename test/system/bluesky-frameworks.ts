import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const WORKFLOWS = {
  variables: `
stages:
  01-ECHO: { command: 'echo "found=$n"', outputVariableRegexList: ['found=(?P<found>.*)'] }`,
  unhurried: `
stages:
  01-ECHO: { command: 'echo "found=$n"; sleep 0.2' }`,
  complains: `
stages:
  01-OK: { command: echo fine }
  02-FAIL: { command: 'echo "reads the file" >&2; echo "the detector file is cut" >&2; exit 3' }`,
  sleep: `
stages:
  01-SLEEP: { command: 'sleep "$seconds"' }`,
  talks: `
stages:
  01-STREAM: { command: 'exec "$python" -u "$script"' }`,
  gated: `
stages:
  01-WAIT:
    command: 'until [ -e "$gate" ]; do sleep 0.1; done; [ "$end" = 0 ] || echo "the gate is broken" >&2; exit "$end"'`,
} as const;

/** The directory of workflows for one test. */
export function workflowsIn(directory: string): string {
  const folder = join(directory, 'workflows');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(WORKFLOWS)) writeFileSync(join(folder, `${name}.yaml`), text);
  return folder;
}

/** The same, as a setting. */
export function workflows(directory: string): string {
  return `dm.local.workflows=${workflowsIn(directory)}`;
}

/** The Python package of the checkout. */
export const PACKAGE = { PYTHONPATH: resolve('ioc/bluesky') };

/** The frameworks that the same devices are of, as `checks.py` takes them. */
export const FRAMEWORKS = {
  ophyd: 'ophyd',
  pva: 'ophyd-async over PVAccess',
  ca: 'ophyd-async over Channel Access',
} as const;
