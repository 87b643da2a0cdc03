import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import t from 'tap';
import { decodeJson, decodeText, encodeJson, encodeText, isEncodedText } from 'dm';

interface Vectors {
  encode: { text: string; encoded: string }[];
  decode: { text: string; encoded: string }[];
  refused: string[];
}
const vectors = JSON.parse(await readFile('test/unit/dm/wire/vectors/encoded-text.json', 'utf8')) as Vectors;

await t.test("text is encoded to DM's very bytes, and back", (t) => {
  for (const { text, encoded } of vectors.encode) {
    t.equal(encodeText(text), encoded);
    t.equal(decodeText(encoded), text);
  }
  t.end();
});

await t.test('every form that DM takes is understood', (t) => {
  for (const { text, encoded } of vectors.decode) t.equal(decodeText(encoded), text, encoded);
  t.end();
});

await t.test('anything else is refused as an invalid argument', (t) => {
  for (const encoded of vectors.refused) {
    t.throws(() => decodeText(encoded), { code: 'DM_INVALID_ARGUMENT' }, encoded);
    t.notOk(isEncodedText(encoded));
  }
  t.throws(() => decodeJson(encodeText('{')), { code: 'DM_INVALID_ARGUMENT' });
  t.end();
});

await t.test('any text and any JSON survive, and need no escaping in a path', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const encoded = encodeText(text);
      return decodeText(encoded) === text && /^b'[A-Za-z0-9]*=*'$/u.test(encoded);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const encoded = encodeJson(value);
      return JSON.stringify(decodeJson(encodeURIComponent(encoded))) === JSON.stringify(value);
    }),
  );
  t.end();
});
