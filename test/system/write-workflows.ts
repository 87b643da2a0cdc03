import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes workflows of one stage each. @param commands of the stages, by the workflow's name */
export function writeWorkflows(directory: string, commands: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, command] of Object.entries(commands)) {
    writeFileSync(join(directory, `${name}.json`), JSON.stringify({ stages: { '1': { command } } }));
  }
}
