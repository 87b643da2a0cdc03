import { execFileSync } from 'node:child_process';

/** What Python's `re.search` says: its error, or what the named groups found; null when nothing matches. */
export type PythonAnswer = { readonly error: string } | { readonly groups: Readonly<Record<string, string>> | null };

/** Ask Python itself. @param pairs of pattern and text */
export function askPython(pairs: readonly (readonly [string, string])[]): PythonAnswer[] {
  const output = execFileSync('.venv/bin/python', ['test/unit/dm/local/python-regex/python_re.py'], {
    input: JSON.stringify(pairs),
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  });
  return JSON.parse(output) as PythonAnswer[];
}
