/** One put by a client to any field of any record, as access security trapped it. */
export interface PutLogEntry {
  readonly record: string;
  readonly field: string;
  readonly user: string;
  readonly host: string;
  /** The value as text; of an array at most its first 16 elements. */
  readonly value: string;
}
