/** One put by a client to any field of any record, as access security trapped it, or one over PVAccess that was refused. */
export interface PutLogEntry {
  readonly record: string;
  readonly field: string;
  readonly user: string;
  readonly host: string;
  /** The value as text, an enum or a menu by its label; of an array at most its first 16 elements. Empty when it was refused. */
  readonly value: string;
  /** Why nothing was written; empty when it was. */
  readonly refusal: string;
}
