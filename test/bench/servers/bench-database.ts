/**
 * The records that every server of the benchmark has: `setN` takes puts, `getN` is posted.
 * @param hasApplication false: soft channels, as C iocCore without an application has them
 */
export function benchDatabase(prefix: string, count: number, hasApplication: boolean): string {
  const records: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const set = hasApplication ? `field(DTYP, "dm") field(OUT, "@set${i}")` : '';
    const get = hasApplication ? `field(DTYP, "dm") field(INP, "@get${i}")` : '';
    records.push(`record(ao, "${prefix}:set${i}") { ${set} }`, `record(ai, "${prefix}:get${i}") { ${get} }`);
  }
  return `${records.join('\n')}\n`;
}
