/**
 * The environment of this process without what tap adds for its own processes: one under test starts as it does for its users, without
 * loaders and threads of a test runner.
 */
export function usersEnvironment(): NodeJS.ProcessEnv {
  const isOfTap = (name: string): boolean => /^(?:_?TAP|NODE_OPTIONS$)/u.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOfTap(name)));
}
