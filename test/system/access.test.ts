import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PvaClient } from 'epics-pva-ts';
import { CaClient } from 'node-epics-ca';
import t from 'tap';
import { IocProcess, temporaryDirectory } from './ioc-process.js';

await t.test('who may not write can read, but neither put nor call', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'access.acf');
  writeFileSync(
    file,
    `UAG(operators) { "somebody-else" }
ASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) { UAG(operators) } }
ASG(OPERATOR) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) { UAG(operators) } }
ASG(READONLY) { RULE(1, READ) }
`,
  );
  const ioc = await IocProcess.start(join(directory, 'dm'), [`access.file=${file}`]);
  const ca = new CaClient({ environment: ioc.clientEnvironment });
  const pva = new PvaClient({ environment: ioc.clientEnvironment });
  await t.rejects(ca.put('dm:WF1:Workflow', 'example-01', { complete: true }), { code: 'CA_NO_WRITE_ACCESS' });
  await t.rejects(pva.put('dm:WF1:Workflow', 'example-01', { block: true }), { code: 'PVA_REMOTE' });
  await t.rejects(pva.rpc('dm:rpc:addExperiment', { name: 'theirs' }), {
    code: 'PVA_REMOTE',
    remoteCode: 'ACCESS_DENIED',
    message: /may not call addExperiment/u,
  });
  t.equal((await pva.get('dm:WF1:Workflow')).value, '');
  t.equal((await pva.rpc('dm:rpc:listJobs')).fields['count'], 0);
  t.match((await pva.get('dm:Experiment:Table')).value, { name: ['demo'] });
  await ca.close();
  pva.close();
  t.equal(await ioc.stop(), 0);
});
