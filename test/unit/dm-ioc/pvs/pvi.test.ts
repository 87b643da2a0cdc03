import { bindRecords } from 'dm-ioc/internal/pvs/bind-records';
import { attributeName, pythonName, servePvi } from 'dm-ioc/internal/pvs/pvi';
import { PvaClient, PvaServer } from 'epics-pva-ts';
import t from 'tap';
import { PATIENCE_MS } from '../../../patience.js';
import { deviceRecord } from '../device-record.js';
import { AREAS } from '../empty-store.js';

await t.test('names are Python identifiers, and none that ophyd-async keeps for itself', (t) => {
  t.equal(pythonName('StatusText'), 'status_text');
  t.equal(pythonName('NFiles'), 'n_files');
  t.equal(pythonName('Service:DS'), 'service_ds');
  t.equal(pythonName('2theta'), '_2theta');
  t.equal(attributeName('DAQ1', 'Stop'), 'daq_stop');
  t.equal(attributeName('DAQ1', 'Start'), 'start');
  t.equal(attributeName('', 'Name'), 'dm_name');
  t.end();
});

await t.test('every device says how its PVs are used, and the top leads to all devices', async (t) => {
  const server = PvaServer.isolated();
  const client = new PvaClient({ environment: server.clientSettings, timeoutMs: PATIENCE_MS });
  t.teardown(() => {
    client.close();
    server.close();
  });
  const bindings = bindRecords(
    [
      deviceRecord(0, 'dm:Experiment', 'lso', 'experiment.name'),
      deviceRecord(1, 'dm:Experiment_RBV', 'lsi', 'experiment.selected'),
      deviceRecord(2, 'dm:Experiment:Users', 'lsi', 'experiment.users'),
      deviceRecord(3, 'dm:WF1:Workflow', 'lso', 'workflow[1].workflow'),
      deviceRecord(4, 'dm:WF1:Run', 'busy', 'workflow[1].run'),
      deviceRecord(5, 'dm:WF2:Stage', 'lsi', 'workflow[2].stage'),
      deviceRecord(6, 'site:Other', 'lsi', 'service.owner'),
    ],
    AREAS,
  );
  servePvi(server, 'dm:', bindings, ['dm:WF1:Stages']);
  const pvi = async (name: string): Promise<unknown> => (await client.get(`dm:${name}PVI`)).value;
  t.same(await pvi(''), {
    experiment: { r: 'dm:Experiment_RBV', w: 'dm:Experiment' },
    experiment_info: { d: 'dm:Experiment:PVI' },
    wf: { d: 'dm:WF:PVI' },
  });
  t.same(await pvi('WF:'), { __1: { d: 'dm:WF1:PVI' }, __2: { d: 'dm:WF2:PVI' } });
  t.same(await pvi('WF1:'), {
    workflow: { rw: 'dm:WF1:Workflow' },
    run: { x: 'dm:WF1:Run' },
    stages: { r: 'dm:WF1:Stages' },
  });
});
