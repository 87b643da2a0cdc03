/** Python's simple lower case of a character, which is one character. */
export function lowerCase(codePoint: number): number {
  return String.fromCodePoint(codePoint).toLowerCase().codePointAt(0) ?? codePoint;
}

export function lowerCaseAscii(codePoint: number): number {
  return codePoint >= 0x41 && codePoint <= 0x5a ? codePoint + 0x20 : codePoint;
}

/** All characters that count as this one when case is ignored, itself among them. */
export function sameLetters(codePoint: number): readonly number[] {
  table ??= caseTable();
  return table.get(lowerCase(codePoint)) ?? [codePoint];
}

export function sameLettersAscii(codePoint: number): readonly number[] {
  const lower = lowerCaseAscii(codePoint);
  return lower >= 0x61 && lower <= 0x7a ? [lower, lower - 0x20] : [codePoint];
}

const LAST_CASED = 0x1_ffff;
let table: ReadonlyMap<number, readonly number[]> | undefined;

/** By the lower case. Python also takes letters for the same whose upper case is the same (s and long s, the two small sigmas). */
function caseTable(): ReadonlyMap<number, readonly number[]> {
  const byLower = new Map<number, number[]>();
  const lowersByUpper = new Map<string, Set<number>>();
  for (let codePoint = 0; codePoint <= LAST_CASED; codePoint++) {
    const letter = String.fromCodePoint(codePoint);
    if (!/\p{Changes_When_Casemapped}/u.test(letter)) continue;
    const lower = lowerCase(codePoint);
    add(byLower, lower, lower);
    add(byLower, lower, codePoint);
    if (Array.from(letter.toLowerCase()).length > 1) continue;
    const upper = letter.toUpperCase();
    lowersByUpper.set(upper, (lowersByUpper.get(upper) ?? new Set()).add(lower));
  }
  const all = new Map<number, readonly number[]>(byLower);
  for (const lowers of lowersByUpper.values()) {
    if (lowers.size < 2) continue;
    const letters = [...lowers].flatMap((lower) => byLower.get(lower) ?? [lower]);
    for (const lower of lowers) all.set(lower, letters);
  }
  return all;
}

function add(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}
