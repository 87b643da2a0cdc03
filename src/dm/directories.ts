import { posix } from 'node:path';

/** True when a path is a directory itself or lies below it; both are absolute, or of the same machine (`@host:/data`). */
export function isWithin(path: string, directory: string): boolean {
  const [inner, outer] = [posix.join(path, '/'), posix.join(directory, '/')];
  return inner.startsWith(outer);
}

/** True when two paths mean the same directory, with a slash at the end or without. */
export function isSameDirectory(one: string, other: string): boolean {
  return posix.join(one, '/') === posix.join(other, '/');
}

/** True when two directories are the same, or one lies in the other: a file can be in both. */
export function overlap(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}
