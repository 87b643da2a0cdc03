import { z } from 'zod';

export const text = z.string();

/** Whole and not negative; a path or a query holds its digits. */
export const whole = z.union([z.number(), z.string()]).transform((value, context) => {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  context.addIssue(`must be a whole number, not "${value}"`);
  return z.NEVER;
});

/** APS-DB isn't strict about which of its ids are numbers. */
export const numberOrText = z.union([z.number(), z.string()]).transform(String);

/** A site's path may do without the station when its service has only one. */
export const station = z.string().optional();

/** DM's filter of a list, by key; what it may hold is not documented. */
export const queryDict = z.record(z.string(), z.unknown()).optional();
