import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorText } from 'dm';
import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { StartupError } from '../errors.js';
import { SLOT_KINDS } from '../slots/kinds.js';
import { configSchemaFor, type Config } from './config.js';
import { withAbsolutePaths } from './config-keys.js';
import { parseSetting, type Setting } from './setting.js';

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

/** YAML's words, and what to do where a value without quotes ends in a colon, as prefixes of PVs do. */
function reasonOf(error: unknown, text: string): string {
  const [reason = ''] = errorText(error).split('\n', 1);
  const line = error instanceof YAMLParseError ? (error.linePos?.[0].line ?? 0) : 0;
  const found = /(?<key>[\w.]+):\s+(?<value>[^\s"'[\]{},#][^"'[\]{},#]*:)\s*(?:[,}#]|$)/u.exec(
    text.split('\n')[line - 1] ?? '',
  );
  const { key, value } = found?.groups ?? {};
  if (key === undefined || value === undefined) return reason.replace(/:$/u, '');
  return `line ${line}: quote the value of ${key}, for a colon at its end means a key to YAML: ${key}: "${value}"`;
}

function readTree(file: string): Tree {
  if (!existsSync(file)) {
    throw new StartupError('CONFIG_NOT_FOUND', `no configuration file ${file}; name one with --config FILE`);
  }
  let text = '';
  let tree: unknown;
  try {
    text = readFileSync(file, 'utf8');
    tree = parse(text);
  } catch (error) {
    throw new StartupError('CONFIG_UNREADABLE', `${file}: ${reasonOf(error, text)}`, { cause: error });
  }
  if (tree === null || tree === undefined) return {};
  if (!isTree(tree)) throw new StartupError('CONFIG_INVALID', `${file}: must be a mapping of keys to values`);
  return tree;
}

function apply(tree: Tree, { path, value }: Setting): void {
  let branch = tree;
  for (const part of path.slice(0, -1)) {
    const next = branch[part];
    const child: Tree = isTree(next) ? next : {};
    branch[part] = child;
    branch = child;
  }
  branch[path.at(-1) ?? ''] = value;
}

function valueAt(tree: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], tree);
}

/** Whose key is wrong: that of a setting, or of the file. */
function sourceOf(keys: readonly string[], settings: readonly Setting[], file: string): string {
  const isOf = ({ path }: Setting): boolean => {
    const own = `${path.join('.')}.`;
    return keys.some((key) => own.startsWith(`${key}.`) || `${key}.`.startsWith(own));
  };
  const setting = settings.findLast(isOf);
  return setting === undefined ? file : `--set ${setting.text}`;
}

function describeIssue(issue: z.core.$ZodIssue, tree: Tree, settings: readonly Setting[], file: string): string {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => (where === '' ? key : `${where}.${key}`));
    return `${sourceOf(keys, settings, file)}: unknown key ${keys.join(', ')}`;
  }
  const given = valueAt(tree, issue.path);
  const remedy =
    issue.code === 'invalid_type' && issue.expected === 'string' && ['number', 'boolean'].includes(typeof given)
      ? `; quote it: "${String(given)}"`
      : '';
  return `${sourceOf([where], settings, file)}: ${where === '' ? 'the file' : where}: ${issue.message}${remedy}`;
}

/**
 * The configuration from the file and the `--set` settings. Relative paths of the file, and those that are left out, are relative to its
 * folder; those of settings to the working directory.
 * @param file undefined: `ioc/config.yaml` when there is one, else defaults only
 * @param texts `key.key=value`; the value is text where the key wants text, else YAML
 * @param kinds of slots, whose numbers can be configured
 * @throws StartupError CONFIG_… in one line that names the key
 */
export function loadConfig(file?: string, texts: readonly string[] = [], kinds = SLOT_KINDS): Config {
  const isDefault = file === undefined && !existsSync(DEFAULT_CONFIG_FILE);
  const source = file ?? DEFAULT_CONFIG_FILE;
  const tree = isDefault ? {} : readTree(source);
  const settings = texts.map(parseSetting);
  for (const setting of settings) apply(tree, setting);
  const result = configSchemaFor(kinds).safeParse(tree);
  if (result.success) return withAbsolutePaths(result.data, [], isDefault ? process.cwd() : dirname(resolve(source)));
  const name = isDefault ? 'configuration' : source;
  const problems = result.error.issues.map((issue) => describeIssue(issue, tree, settings, name));
  throw new StartupError('CONFIG_INVALID', problems.join('; '));
}
