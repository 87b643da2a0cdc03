/** What differs from run to run: numbers, and how wide a column is. */
function essence(line: string): string {
  return line.replaceAll(/\d+/gu, '#').replaceAll(/\s+/gu, ' ').trim();
}

/** `…` in a page stands for anything. */
function isSame(shown: string, printed: string): boolean {
  const pattern = essence(shown)
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${pattern}$`, 'u').test(essence(printed));
}

/** The first line of a page's output that was not printed, in its order, but for numbers; undefined: all were. */
export function missingLine(shown: string, printed: string): string | undefined {
  const lines = printed.split('\n');
  let at = 0;
  for (const line of shown.split('\n').filter((one) => one.trim() !== '')) {
    const found = lines.findIndex((one, index) => index >= at && isSame(line, one));
    if (found < 0) return line;
    at = found + 1;
  }
  return undefined;
}
