import { assert, constantFrom, integer, property, string } from 'fast-check';
import t from 'tap';
import { fitText } from 'dm-ioc/internal/pvs/record-text';
import { attributeName, pythonName } from 'dm-ioc/internal/pvs/pvi';

await t.test('a text always fits, is never cut within a character, and says that it was cut', (t) => {
  assert(
    property(
      string({ unit: 'binary', maxLength: 60 }),
      integer({ min: 3, max: 40 }),
      constantFrom('head' as const, 'tail' as const),
      (text, maxBytes, keep) => {
        const fitted = fitText(text, maxBytes, keep);
        const clean = text.replaceAll('\0', '');
        const isWhole = Buffer.byteLength(clean) <= maxBytes;
        if (isWhole) return fitted === clean;
        const rest = keep === 'head' ? fitted.slice(0, -3) : fitted.slice(3);
        return (
          Buffer.byteLength(fitted) <= maxBytes && (keep === 'head' ? clean.startsWith(rest) : clean.endsWith(rest))
        );
      },
    ),
  );
  t.equal(fitText('abcdefgh', 6, 'head'), 'abc...');
  t.equal(fitText('abcdefgh', 6, 'tail'), '...fgh');
  t.end();
});

await t.test('names of PVs become Python identifiers', (t) => {
  t.equal(pythonName('StatusText'), 'status_text');
  t.equal(pythonName('NFiles'), 'n_files');
  t.equal(pythonName('DAQ1'), 'daq1');
  t.equal(pythonName('Service:DS'), 'service_ds');
  t.equal(pythonName('JobId'), 'job_id');
  t.equal(attributeName('DAQ1', 'Stop'), 'daq_stop', 'what an ophyd-async Device has itself is told by its device');
  t.equal(attributeName('Dataset', 'Name'), 'dataset_name');
  t.equal(attributeName('', 'Log'), 'dm_log');
  t.end();
});
