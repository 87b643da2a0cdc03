/** Share in percent with two decimals; 100 when there is nothing to do. */
export function percentage(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.round((part / whole) * 10_000) / 100;
}
