// The arrows of docs/architecture.md as rules: data goes one way.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: ['node_modules', `^src/${from}/`, ...allowed.map((to) => `^src/${to}`)] },
});

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('epics-libs-stands-alone', 'epics-libs', []),
    only('node-epics-ca-is-native', 'node-epics-ca', ['epics-libs/']),
    only('node-pvxs-is-native', 'node-pvxs', ['epics-libs/']),
    only('epics-pva-ts-is-on-node-pvxs', 'epics-pva-ts', ['node-pvxs/']),
    only('dm-knows-no-epics', 'dm', []),
    only('adapters-are-apart', 'dm/local', ['dm/schemas/', 'dm/[a-z-]+[.]ts$']),
    only('rest-is-apart', 'dm/rest', ['dm/schemas/', 'dm/wire/', 'dm/environment/', 'dm/[a-z-]+[.]ts$']),
    only('server-is-apart', 'dm/server', ['dm/schemas/', 'dm/wire/', 'dm/[a-z-]+[.]ts$']),
    only('wire-is-below', 'dm/wire', ['dm/schemas/', 'dm/[a-z-]+[.]ts$']),
    {
      name: 'state-is-pure',
      comment: 'the state knows DM, but no PV, no command and no input or output',
      severity: 'error',
      from: { path: '^src/dm-ioc/state/' },
      to: {
        path: [
          '^src/dm-ioc/(areas|slots|registry|pvs|commands|feed|cli)/',
          '^src/(node-epics-ca|epics-pva-ts|node-pvxs)/',
          '^(node:)?(fs|net|child_process|http)',
        ],
      },
    },
    {
      name: 'pvs-show-state-only',
      comment: 'the one writer of PVs reads the state; it hands puts to commands and never calls DM itself',
      severity: 'error',
      from: { path: '^src/dm-ioc/pvs/' },
      to: { path: ['^src/dm-ioc/cli/', '^src/dm/(local|rest|server)/'] },
    },
    {
      name: 'commands-never-post',
      comment: 'a command answers its put; the state follows',
      severity: 'error',
      from: { path: '^src/dm-ioc/(commands|areas|slots)/' },
      to: { path: ['^src/dm-ioc/(pvs|cli)/', '^src/dm/(local|rest|server)/'] },
    },
    {
      name: 'kinds-are-named-in-one-list',
      comment:
        'what serves every kind of slot loops over slots/kinds.ts; kinds share only slots/transfer and the files in slots/',
      severity: 'error',
      from: { path: '^src/dm-ioc/', pathNot: '^src/dm-ioc/slots/(kinds[.]ts|[a-z]+/)' },
      to: { path: '^src/dm-ioc/slots/[a-z]+/' },
    },
    {
      name: 'kinds-are-apart',
      severity: 'error',
      from: { path: '^src/dm-ioc/slots/([a-z]+)/' },
      to: { path: '^src/dm-ioc/slots/[a-z]+/', pathNot: '^src/dm-ioc/slots/($1|transfer)/' },
    },
    {
      name: 'areas-are-named-in-one-list',
      comment: 'the composition root alone knows that an experiment is selected and that DM may be polled',
      severity: 'error',
      from: { path: '^src/dm-ioc/', pathNot: '^src/dm-ioc/(areas/|application[.]ts)' },
      to: { path: '^src/dm-ioc/areas/[a-z]+/' },
    },
    {
      name: 'declarations-do-nothing',
      comment: 'a signal, a table or a call is declared; serving it is for pvs and commands',
      severity: 'error',
      from: { path: '^src/dm-ioc/(registry|areas|slots)/' },
      to: { path: '^src/dm-ioc/(pvs|feed|autosave|cli|config)/' },
    },
    {
      name: 'the-program-starts-the-application',
      severity: 'error',
      from: { path: '^src/dm-ioc/cli/' },
      to: { path: '^src/dm-ioc/(state|feed|commands|autosave)/' },
    },
    { name: 'production-needs-no-test', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
