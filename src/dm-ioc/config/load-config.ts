import { existsSync, readFileSync } from 'node:fs';
import { errorText } from 'dm';
import { parse } from 'yaml';
import type { z } from 'zod';
import { StartupError } from '../errors.js';
import { SLOT_KINDS } from '../slots/kinds.js';
import { configSchemaFor, type Config } from './config.js';
import { wantsText } from './wants-text.js';

/** Read when none is named, relative to the working directory. */
const DEFAULT_CONFIG_FILE = 'ioc/config.yaml';

/** What the command line says of the configuration. */
export interface ConfigOptions {
  readonly config?: string;
  readonly set: readonly string[];
}

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function reasonOf(error: unknown): string {
  return errorText(error).split('\n', 1)[0] ?? '';
}

function readTree(file: string): Tree {
  if (!existsSync(file)) {
    throw new StartupError('CONFIG_NOT_FOUND', `no configuration file ${file}; name one with --config FILE`);
  }
  let tree: unknown;
  try {
    tree = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StartupError('CONFIG_UNREADABLE', `${file}: ${reasonOf(error)}`, { cause: error });
  }
  if (tree === null || tree === undefined) return {};
  if (!isTree(tree)) throw new StartupError('CONFIG_INVALID', `${file}: must be a mapping of keys to values`);
  return tree;
}

/** Text where the configuration wants text, so that `prefix=A:` is no mapping; anything else is YAML. */
function settingValue(setting: string, path: readonly string[], text: string): unknown {
  const isQuoted = /^\s*(["']).*\1\s*$/su.test(text);
  if (!isQuoted && wantsText(path)) return text;
  try {
    return parse(text);
  } catch (error) {
    throw new StartupError('CONFIG_INVALID', `--set ${setting}: ${reasonOf(error)}`, { cause: error });
  }
}

function applySetting(tree: Tree, setting: string): void {
  const at = setting.indexOf('=');
  const path = setting.slice(0, at).split('.');
  if (at < 1 || path.some((part) => part === '' || part === '__proto__')) {
    throw new StartupError('CONFIG_INVALID', `--set ${setting}: must have the form key.key=value`);
  }
  const value = settingValue(setting, path, setting.slice(at + 1));
  let branch = tree;
  for (const part of path.slice(0, -1)) {
    const next = branch[part];
    const child: Tree = isTree(next) ? next : {};
    branch[part] = child;
    branch = child;
  }
  branch[path.at(-1) ?? ''] = value;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return `unknown key ${issue.keys.map((key) => (where === '' ? key : `${where}.${key}`)).join(', ')}`;
  }
  return `${where === '' ? 'the file' : where}: ${issue.message}`;
}

/**
 * The configuration from the file and the `--set` settings.
 * @param file undefined: `ioc/config.yaml` when there is one, else defaults only
 * @param settings `key.key=value`; the value is text where the key wants text, else YAML
 * @param kinds of slots, whose numbers can be configured
 * @throws StartupError CONFIG_… in one line that names the key
 */
export function loadConfig(file?: string, settings: readonly string[] = [], kinds = SLOT_KINDS): Config {
  const isDefault = file === undefined && !existsSync(DEFAULT_CONFIG_FILE);
  const tree = isDefault ? {} : readTree(file ?? DEFAULT_CONFIG_FILE);
  for (const setting of settings) applySetting(tree, setting);
  const result = configSchemaFor(kinds).safeParse(tree);
  if (result.success) return result.data;
  const source = isDefault ? 'configuration' : (file ?? DEFAULT_CONFIG_FILE);
  throw new StartupError('CONFIG_INVALID', `${source}: ${result.error.issues.map(describeIssue).join('; ')}`);
}
