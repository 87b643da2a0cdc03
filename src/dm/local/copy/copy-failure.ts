const EXPLANATIONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the storage is full: free some space',
  EDQUOT: 'the storage quota is used up: free some space',
  EFBIG: 'the file is larger than the storage allows',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the storage is read-only',
  EISDIR: 'a directory of that name is in the way',
  ENOTDIR: 'a part of the path is a file, not a directory',
  ELOOP: 'it is a symbolic link; links are not followed',
  EIO: 'input/output error of the disk',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
};

/** Why a copy failed, in words, with the system's code. */
export function copyFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const explanation = code === undefined ? undefined : EXPLANATIONS[code];
  return explanation === undefined || code === undefined ? error.message : `${explanation} (${code})`;
}
