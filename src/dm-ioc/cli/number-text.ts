const SINGLE_DIGITS = [6, 7, 8, 9];
const DOUBLE_DIGITS = 12;

/**
 * A number for the terminal, with the digits that mean something.
 * @param precision digits after the point that the PV wants to be shown; 0 also when nobody has said
 */
export function numberText(value: number, precision = 0): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const rounded = precision > 0 ? Number(value.toFixed(precision)) : 0;
  if (rounded !== 0) return String(rounded);
  const single = SINGLE_DIGITS.map((digits) => Number(value.toPrecision(digits))).find(
    (short) => Math.fround(short) === value,
  );
  return String(single ?? Number(value.toPrecision(DOUBLE_DIGITS)));
}
