import type { TaskInfo } from '../../schemas/transfer.js';
import { DmInvalidArgumentError } from '../../errors.js';
import { shellPattern } from './shell-pattern.js';

/** Which files of a tree a DAQ or an upload takes; plain data, so that it can go to another thread. */
export interface FileSelection {
  readonly skipPatterns: readonly string[];
  readonly includePatterns: readonly string[];
  readonly includeExtensions: readonly string[];
  readonly excludeExtensions: readonly string[];
  readonly hidden: boolean;
}

/** A selection ready for use. Paths are relative to the data directory, with `/`. */
export interface CompiledSelection {
  takesFile(path: string): boolean;
  /** False when nothing below the directory can be taken. */
  entersDirectory(path: string): boolean;
}

/** @throws DmInvalidArgumentError for a pattern that no path can match */
export function selectionOf(options: TaskInfo): FileSelection {
  return {
    skipPatterns: patterns(options.skipFilePathPattern, 'skipFilePathPattern'),
    includePatterns: patterns(options.filePathPattern, 'filePathPattern').flatMap(withContent),
    includeExtensions: commaList(options.includeFileExtensions).map(extension),
    excludeExtensions: commaList(options.excludeFileExtensions).map(extension),
    hidden: options.processHiddenFiles ?? false,
  };
}

/**
 * Patterns are shell patterns as DM's (Python's fnmatch) are: `*` also spans `/`, and they match the whole relative path; one without `/` matches the
 * file's name in any directory, too. A skip pattern that matches a directory skips all of it; one with a slash at its end means directories only.
 */
export function compileSelection(selection: FileSelection): CompiledSelection {
  const skips = anyPattern(selection.skipPatterns.filter((pattern) => !pattern.endsWith('/')));
  const skipsDirectory = anyPattern(selection.skipPatterns.map((pattern) => pattern.replace(/\/$/u, '')));
  const includes = selection.includePatterns.length === 0 ? () => true : anyPattern(selection.includePatterns);
  const hasExtension = (name: string, extensions: readonly string[]): boolean =>
    extensions.some((end) => name.endsWith(end));
  return {
    takesFile(path) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (!selection.hidden && isHidden(path)) return false;
      if (selection.includeExtensions.length > 0 && !hasExtension(name, selection.includeExtensions)) return false;
      return !hasExtension(name, selection.excludeExtensions) && includes(path) && !skips(path);
    },
    entersDirectory: (path) => path === '' || ((selection.hidden || !isHidden(path)) && !skipsDirectory(path)),
  };
}

function commaList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Paths are relative, without `.`, `..` and empty names: a pattern that asks for such would never match, and nobody would know. */
function patterns(text: string | undefined, option: string): string[] {
  return commaList(text).map((pattern) => {
    if (/^\/|(?:^|\/)\.{1,2}(?:\/|$)|\/\/./u.test(pattern)) {
      const remedy = 'write it relative to the data directory, such as raw or raw/*';
      throw new DmInvalidArgumentError(`${option} "${pattern}" matches no file; ${remedy}.`);
    }
    return pattern.replace(/\/+$/u, '/');
  });
}

/** `raw/` takes what is in a directory of that name, wherever. */
function withContent(pattern: string): string[] {
  if (!pattern.endsWith('/')) return [pattern];
  const inside = `${pattern}*`;
  return pattern.indexOf('/') < pattern.length - 1 ? [inside] : [inside, `*/${inside}`];
}

function extension(text: string): string {
  return text.startsWith('.') ? text : `.${text}`;
}

function isHidden(path: string): boolean {
  return path.startsWith('.') || path.includes('/.');
}

function anyPattern(patterns: readonly string[]): (path: string) => boolean {
  const matchers = patterns.map((pattern) => {
    const regex = shellPattern(pattern);
    const matches = (path: string): boolean => regex.test(path);
    return pattern.includes('/')
      ? matches
      : (path: string): boolean => matches(path) || matches(path.slice(path.lastIndexOf('/') + 1));
  });
  return (path) => matchers.some((matches) => matches(path));
}
