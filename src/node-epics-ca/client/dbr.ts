/** Plain DBR types of Channel Access; source: db_access.h. */
export const DBR = { string: 0, short: 1, float: 2, enum: 3, char: 4, long: 5, double: 6 } as const;

/** Type of a channel's field as its server tells it. */
export type CaNativeType = keyof typeof DBR;

/** DBR_TIME_x is DBR_x + 14. */
export const DBR_TIME = 14;
/** DBR_CTRL_x is DBR_x + 28. */
export const DBR_CTRL = 28;

/** Bytes of an EPICS string without its NUL. */
export const MAX_STRING_BYTES = 39;

const NAMES = Object.fromEntries(Object.entries(DBR).map(([name, code]) => [code, name])) as Readonly<
  Record<number, CaNativeType>
>;

/** Name of a plain DBR type; `undefined` for a number that is none. */
export function nativeTypeOf(dbrType: number): CaNativeType | undefined {
  return NAMES[dbrType];
}
