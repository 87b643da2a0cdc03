import type { CompositeType } from 'node-pvxs';

/** Fields of a PV's structure as node-pvxs takes and gives them. */
export type RawFields = Readonly<Record<string, unknown>>;

/** The type of a PV: which structure it is, and how its value in TypeScript becomes fields of it.
 * `Value` is what is read, `Input` what is posted.
 */
export interface PvType<Value, Input> {
  readonly descriptor: CompositeType;
  /** Fields that are set when the PV is opened: labels, choices, units. */
  readonly initial: RawFields;
  /** An encoder for one PV, which may leave out what hasn't changed since the present value and what it gave after. */
  encoder(present: Value | null): (input: Input) => RawFields;
  decode(fields: RawFields): Value;
  /**
   * Refuse what no client may put.
   * @param fields all fields as they would be after the put @param changed paths of those the client sent
   * @throws PvaError `PVA_TYPE`
   */
  checkPut?(fields: RawFields, changed: readonly string[]): void;
}

/** Read from a PV of this type. */
export type PvValue<T> = T extends PvType<infer Value, never> ? Value : never;
