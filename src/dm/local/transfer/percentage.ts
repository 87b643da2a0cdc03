/** Share in percent with two decimals, rounded down, as only all is 100; 100 when there is nothing to do. */
export function percentage(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 10_000) / 100;
}
