import { callerOf, mayWrite } from 'dm-ioc/internal/commands/caller';
import t from 'tap';

await t.test('a caller is named as in access files', (t) => {
  const roles = (): Promise<readonly string[]> => Promise.resolve(['staff']);
  t.same(callerOf({ account: 'me', peer: '[fe80::1%lo]:5075', roles }), { user: 'me', host: 'fe80::1%lo', roles });
  t.end();
});

await t.test("a caller's roles are asked for only when they can matter", async (t) => {
  let lookups = 0;
  const caller = (account: string): ReturnType<typeof callerOf> =>
    callerOf({
      account,
      peer: '10.0.0.1:5075',
      roles: () => {
        lookups += 1;
        return Promise.resolve(['staff']);
      },
    });
  const access = (isByRole: boolean): Parameters<typeof mayWrite>[0] => ({
    mayWrite: (group, users, host) =>
      group === 'OPERATOR' && host === '10.0.0.1' && users.some((user) => user === 'alice' || user === 'role/staff'),
    accessNamesRoles: () => isByRole,
  });
  t.equal(await mayWrite(access(true), 'OPERATOR', caller('alice')), true);
  t.equal(await mayWrite(access(false), 'OPERATOR', caller('bob')), false);
  t.equal(lookups, 0, 'who may by name, or where no rule names a role');
  t.equal(await mayWrite(access(true), 'OPERATOR', caller('bob')), true);
  t.equal(await mayWrite(access(true), 'OTHER', caller('bob')), false);
  t.equal(lookups, 2);
});
