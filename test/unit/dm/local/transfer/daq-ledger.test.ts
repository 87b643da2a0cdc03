import fc from 'fast-check';
import t from 'tap';
import { DaqLedger, signatureOf } from 'dm/internal/local/transfer/daq-ledger';
import type { TreeEntry } from 'dm/internal/local/tree/tree-messages';

const version = (path: string, sizeBytes: number): TreeEntry => ({ path, sizeBytes, mtimeMs: 0, inode: 1, ctimeMs: 0 });

void t.test('a file that changes while it is copied is copied again', (t) => {
  const ledger = new DaqLedger();
  ledger.see(version('a', 1));
  t.ok(ledger.complete(version('a', 1)));
  ledger.begin(ledger.takeQueued(10));
  ledger.complete(version('a', 1));
  t.same(ledger.takeQueued(10), [], 'the version under way is not queued again');
  ledger.complete(version('a', 2));
  t.same(ledger.takeQueued(10), [], 'a file is copied once at a time');
  ledger.end('a');
  ledger.stored('a', signatureOf(version('a', 1)));
  t.notOk(ledger.settle('a'), 'the newer version still waits');
  t.match(ledger.counts(), { countFiles: 1, nCompletedFiles: 0, nWaitingFiles: 1 });
  ledger.begin(ledger.takeQueued(10));
  ledger.end('a');
  ledger.stored('a', signatureOf(version('a', 2)));
  t.ok(ledger.settle('a'));
  t.match(ledger.counts(), { countFiles: 1, nCompletedFiles: 1, nWaitingFiles: 0 });
  t.ok(ledger.isKnown(version('a', 2)));
  t.notOk(ledger.isKnown(version('a', 3)));
  t.end();
});

void t.test('the counters add up, whatever happens', (t) => {
  const path = fc.constantFrom('a', 'b', 'c');
  const step = fc.record({
    what: fc.constantFrom('see', 'complete', 'begin', 'stored', 'fail', 'gone'),
    path,
    size: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ledger = new DaqLedger();
      const copying = new Map<string, TreeEntry>();
      for (const { what, path: name, size } of steps) {
        if (what === 'see') ledger.see(version(name, size));
        else if (what === 'complete') ledger.complete(version(name, size));
        else if (what === 'begin') {
          const batch = ledger.takeQueued(1);
          ledger.begin(batch);
          for (const entry of batch) copying.set(entry.path, entry);
        } else if (what === 'gone' && !copying.has(name)) ledger.settle(name);
        else {
          const entry = copying.get(name);
          if (entry === undefined) continue;
          copying.delete(name);
          ledger.end(name);
          if (what === 'fail') ledger.fail(name, 'no');
          else {
            ledger.stored(name, signatureOf(entry));
            ledger.settle(name);
          }
        }
        const { countFiles, nCompletedFiles, nWaitingFiles, nProcessingErrors } = ledger.counts();
        if (nCompletedFiles < 0 || countFiles !== nCompletedFiles + nWaitingFiles + nProcessingErrors || countFiles > 3)
          return false;
      }
      return true;
    }),
    { numRuns: 2000 },
  );
  t.end();
});

void t.test('a notice of a version that is stored takes nothing off the counts; one of another version does', (t) => {
  const ledger = new DaqLedger();
  const stored = version('a', 1);
  ledger.see(stored);
  ledger.complete(stored);
  ledger.begin(ledger.takeQueued(10));
  ledger.end('a');
  ledger.stored('a', signatureOf(stored));
  ledger.settle('a');
  const done = { countFiles: 1, nCompletedFiles: 1, nWaitingFiles: 0 };
  ledger.see(stored);
  t.match(ledger.counts(), done);
  t.notOk(ledger.complete(stored), 'there is nothing to copy');
  t.match(ledger.counts(), done);
  t.same(ledger.takeQueued(10), []);
  const rewritten = { ...stored, ctimeMs: 1 };
  t.notOk(ledger.isKnown(rewritten), 'the same size and time are another version when the inode was changed since');
  ledger.see(rewritten);
  t.match(ledger.counts(), { countFiles: 1, nCompletedFiles: 0, nWaitingFiles: 1 });
  ledger.complete(rewritten);
  t.same(ledger.takeQueued(10), [rewritten]);
  t.notOk(ledger.complete(stored), 'it is as it was again');
  t.same(ledger.takeQueued(10), []);
  t.match(ledger.counts(), done);
  t.end();
});
