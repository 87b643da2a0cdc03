import t from 'tap';
import {
  DM_ERROR_CODES,
  DmError,
  DmObjectNotFoundError,
  fromStatusCode,
  statusHeaders,
  toWireError,
  wireErrorOf,
} from 'dm';
import { readOutcomeVectors } from './outcome-vectors.js';

await t.test('every captured outcome is understood, and written as captured', async (t) => {
  for (const { what, headers, body, code, statusCode, served } of (await readOutcomeVectors()).outcomes) {
    const error = wireErrorOf(headers, body);
    if (code === null) {
      t.equal(error, undefined, what);
      t.same(statusHeaders(), headers, what);
      continue;
    }
    t.match(error, { code, statusCode, message: headers['dm-status-message'] ?? /\S/u }, what);
    if (!served) continue;
    t.same(toWireError(error), body, what);
    t.same(statusHeaders(toWireError(error)), headers, what);
  }
});

await t.test('every error of ours crosses the wire with its number and comes back with its code', (t) => {
  for (const [code, statusCode] of Object.entries(DM_ERROR_CODES)) {
    if (code === 'DM_OUTCOME_UNKNOWN') continue;
    const wire = toWireError(fromStatusCode(statusCode, 'reason'));
    t.equal(wire.errorCode, statusCode);
    t.match(wireErrorOf(statusHeaders(wire), wire), { code, statusCode, message: 'reason' });
    t.match(wireErrorOf({}, wire), { code }, 'the body alone is enough');
    t.match(wireErrorOf(statusHeaders(wire), null), { code }, 'the headers alone are enough');
  }
  t.end();
});

await t.test('a number that is not in our table keeps its number', (t) => {
  t.match(wireErrorOf({ 'dm-status-code': '17' }, {}), { code: 'DM_ERROR', statusCode: 17 });
  t.end();
});

await t.test('an errorMessage alone is no error: ordinary jobs carry one', (t) => {
  t.equal(wireErrorOf({}, { id: 'x', errorMessage: 'Invalid input file specification.' }), undefined);
  t.equal(wireErrorOf({ 'dm-status-code': '0' }, { errorMessage: 'x' }), undefined);
  t.equal(wireErrorOf({}, []), undefined);
  t.end();
});

await t.test('the header holds the first line only, in plain characters', (t) => {
  const headers = statusHeaders(
    toWireError(new DmObjectNotFoundError('Experiment ä\r\nSet-Cookie: x does not exist.')),
  );
  t.equal(headers['dm-status-message'], 'Experiment ??');
  t.equal(headers['dm-exception-type'], 'ObjectNotFound');
  t.end();
});

await t.test("an error that is not DM's tells nothing of its inside", (t) => {
  t.same(toWireError(new Error('/secret/path')), {
    errorMessage: 'Internal error.',
    errorCode: 2,
    exceptionType: 'InternalError',
  });
  t.equal(toWireError(new DmError('DM_SERVICE_LIMIT', 'full')).errorCode, 19);
  t.end();
});
