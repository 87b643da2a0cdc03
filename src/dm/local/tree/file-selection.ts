import type { TaskInfo } from '../../schemas/transfer.js';
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

export function selectionOf(options: TaskInfo): FileSelection {
  return {
    skipPatterns: commaList(options.skipFilePathPattern),
    includePatterns: commaList(options.filePathPattern),
    includeExtensions: commaList(options.includeFileExtensions).map(extension),
    excludeExtensions: commaList(options.excludeFileExtensions).map(extension),
    hidden: options.processHiddenFiles ?? false,
  };
}

/**
 * Patterns are shell patterns as DM's (Python's fnmatch) are: `*` also spans `/`, and they match the whole relative path; one without `/` matches the
 * file's name in any directory, too. A skip pattern that matches a directory skips all of it.
 */
export function compileSelection(selection: FileSelection): CompiledSelection {
  const skips = anyPattern(selection.skipPatterns);
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
    entersDirectory: (path) => path === '' || ((selection.hidden || !isHidden(path)) && !skips(path)),
  };
}

function commaList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
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
