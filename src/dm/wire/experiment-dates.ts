const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date as DM takes it, `26-Feb-26`, from one that begins `YYYY-MM-DD`; other text is left as it is. Source: DM's station GUI (`%d-%b-%y`). */
export function toWireDate(date: string): string {
  const match = /^\d{2}(\d{2})-(\d{2})-(\d{2})(?!\d)/u.exec(date);
  const month = MONTHS[Number(match?.[2] ?? 0) - 1];
  return match === null || month === undefined ? date : `${match[3] ?? ''}-${month}-${match[1] ?? ''}`;
}

/** The reverse, `2026-02-26`. */
export function fromWireDate(date: string): string {
  const match = /^(\d{1,2})-([A-Z][a-z]{2})-(\d{2})$/u.exec(date);
  const month = MONTHS.indexOf(match?.[2] ?? '') + 1;
  return match === null || month === 0
    ? date
    : `20${match[3] ?? ''}-${String(month).padStart(2, '0')}-${(match[1] ?? '').padStart(2, '0')}`;
}
