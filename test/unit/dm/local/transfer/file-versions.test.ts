import fc from 'fast-check';
import t from 'tap';
import { FileVersions } from 'dm/internal/local/transfer/file-versions';

void t.test('file versions say what a map of them would', (t) => {
  const step = fc.record({
    what: fc.constantFrom('set', 'delete'),
    path: fc.nat({ max: 50 }).map((number) => `scan/frame_${number}`),
    version: fc.nat({ max: 3 }).map(String),
    stored: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const versions = new FileVersions();
      const expected = new Map<string, { version: string; stored: boolean }>();
      for (const { what, path, version, stored } of steps) {
        if (what === 'set') {
          versions.set(path, version, stored);
          expected.set(path, { version, stored });
        } else {
          versions.delete(path);
          expected.delete(path);
        }
        for (const known of expected.keys()) {
          if (versions.isStored(known) !== expected.get(known)?.stored) return false;
          for (const other of ['0', '1', '2', '3'])
            if (versions.has(known, other) !== (expected.get(known)?.version === other)) return false;
        }
        if (versions.isStored(path) !== (expected.get(path)?.stored ?? false)) return false;
      }
      return true;
    }),
    { numRuns: 200 },
  );
  t.end();
});

void t.test('a million files take less than 48 bytes each, and none is taken for another', (t) => {
  const count = 1_000_000;
  const pathOf = (index: number): string =>
    `scan_${String(Math.floor(index / 1000)).padStart(5, '0')}/images/frame_${String(index).padStart(7, '0')}.tif`;
  const before = process.memoryUsage().arrayBuffers;
  const versions = new FileVersions();
  let nTaken = 0;
  for (let index = 0; index < count; index++) {
    const path = pathOf(index);
    if (versions.isStored(path)) nTaken++;
    versions.set(path, `4096:1764000000000.${index}:${index}:1764000000000.${index}`, true);
  }
  t.equal(nTaken, 0);
  const bytes = (process.memoryUsage().arrayBuffers - before) / count;
  t.ok(bytes < 48, `${bytes.toFixed(1)} bytes a file`);
  t.ok(versions.has(pathOf(count - 1), `4096:1764000000000.${count - 1}:${count - 1}:1764000000000.${count - 1}`));
  t.end();
});
