import { errorText } from 'dm';
import { parse } from 'yaml';
import { StartupError } from '../errors.js';
import { wantsText, withAbsolutePaths } from './config-keys.js';

/** One `--set key.key=value`. */
export interface Setting {
  readonly text: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Text where the configuration wants text, so that `prefix=A:` is no mapping; anything else is YAML. A path is relative to the working
 * directory.
 * @throws StartupError CONFIG_INVALID
 */
export function parseSetting(text: string): Setting {
  const at = text.indexOf('=');
  const path = text.slice(0, at).split('.');
  if (at < 1 || path.some((part) => part === '' || part === '__proto__')) {
    throw new StartupError('CONFIG_INVALID', `--set ${text}: must have the form key.key=value`);
  }
  return { text, path, value: withAbsolutePaths(valueOf(text, path, text.slice(at + 1)), path, process.cwd()) };
}

function valueOf(setting: string, path: readonly string[], text: string): unknown {
  const isQuoted = /^\s*(["']).*\1\s*$/su.test(text);
  if (!isQuoted && wantsText(path)) return text;
  try {
    return parse(text);
  } catch (error) {
    const [reason] = errorText(error).split('\n', 1);
    throw new StartupError('CONFIG_INVALID', `--set ${setting}: ${reason ?? ''}`, { cause: error });
  }
}
