import fc from 'fast-check';
import t from 'tap';
import { OutputTail } from 'dm/internal/local/jobs/output-tail';

void t.test('the last bytes of a stream are kept, however it is cut into chunks', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 40 })), (chunks) => {
      const tail = new OutputTail(32);
      for (const chunk of chunks) tail.push(Buffer.from(chunk));
      const all = Buffer.from(chunks.join(''));
      const kept = tail.text();
      return all.toString().endsWith(kept) && Buffer.byteLength(kept) >= Math.min(all.length, 32) - 3;
    }),
  );
  const tail = new OutputTail(4);
  tail.push(Buffer.from('aéé'));
  tail.push(Buffer.from('é'));
  t.equal(tail.text(), 'éé', 'no character is cut');
  t.equal(tail.omittedBytes, 3);
  t.end();
});
