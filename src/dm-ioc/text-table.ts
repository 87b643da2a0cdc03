/** Rows of cells as lines with aligned columns. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The same as a table of Markdown; the first row has the titles. */
export function markdownTable([titles = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [titles, titles.map(() => '---'), ...rows].map(line).join('\n');
}

/** Text as code of Markdown; empty stays empty. */
export function markdownCode(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
