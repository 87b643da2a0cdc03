import t from 'tap';
import { z } from 'zod';
import { checked, daqOptionsSchema, newExperimentSchema } from 'dm';

await t.test('what fits its schema is handed on as the schema makes it', (t) => {
  t.same(checked('Experiment', newExperimentSchema, { name: 'e', strange: 1 }), { name: 'e' });
  t.end();
});

await t.test('what does not is a sentence that names the key and what is wanted there', (t) => {
  const messages: [what: string, schema: z.ZodType, value: unknown, message: RegExp][] = [
    [
      'The experiment',
      newExperimentSchema,
      { name: 'a b' },
      /^The experiment name must not contain a space or any of/u,
    ],
    [
      'DAQ option',
      daqOptionsSchema,
      { maxRunTimeInHours: 'x' },
      /^DAQ option maxRunTimeInHours is not valid: .*number/u,
    ],
    ['The page', z.strictObject({ a: z.strictObject({}) }), { a: { b: 1 } }, /^The page a is not valid: .*"b"\.$/u],
    ['The page', z.strictObject({ a: z.strictObject({ b: z.string() }) }), { a: {} }, /^The page a\.b is missing\.$/u],
    ['The page', z.string(), undefined, /^The page is missing\.$/u],
    ['The page', z.string(), 1, /^The page is not valid: .*expected string/u],
  ];
  for (const [what, schema, value, message] of messages) {
    t.throws(() => checked(what, schema, value), { code: 'DM_INVALID_ARGUMENT', message });
  }
  t.end();
});
