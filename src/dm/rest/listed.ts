/** What one reading of a list gave. */
export interface Listed<T> {
  /** Newest first. */
  readonly entries: readonly T[];
  /** True when DM has no others. */
  readonly isWhole: boolean;
  /** So many entries DM has sent for it: what the reading has cost. */
  readonly nSent: number;
}
