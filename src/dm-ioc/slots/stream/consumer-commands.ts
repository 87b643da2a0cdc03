/** How the outcome of each command that pvaPy's consumers know begins. */
export const CONSUMER_COMMANDS: ReadonlyMap<string, RegExp> = new Map([
  ['configure', /^Configuration /iu],
  ['get_stats', /^Stats update /iu],
  ['reset_stats', /^Stats reset /iu],
  ['stop', /^Stop /iu],
]);
