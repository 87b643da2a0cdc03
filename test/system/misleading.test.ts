import t from 'tap';
import { FakeDataManagement } from '../unit/dm/fake-data-management.js';
import { startServedIoc } from './served-ioc.js';

await t.test(
  'what DM calls a success although nothing was done is shown as DM tells it, with a MINOR alarm and why',
  async (t) => {
    const dm = new FakeDataManagement();
    const served = await startServedIoc(t, [], dm);
    const { client, put, until } = served;
    const alarmOf = async (pv: string): Promise<unknown> => (await client.get(pv)).alarm;
    try {
      dm.allWorkflows.push({ name: 'w', owner: dm.owner, stages: { '01': { command: 'true' } } });
      await put('dm:Experiment', 'demo');

      await put('dm:Upload1:DataDirectory', '/missing');
      const uploading = put('dm:Upload1:Run', 1);
      await until('dm:Upload1:Id', (value) => value !== '');
      Object.assign(dm.allUploads[0] ?? {}, { status: 'done', errorMessage: 'no new files for upload' });
      await uploading;
      await until(
        'dm:Upload1:Status',
        (value, severity, message) => value === 4 && severity === 'MINOR' && message.startsWith('nothing was uploaded'),
      );
      t.match(await client.get('dm:Upload1:StatusText'), { value: 'done' }, 'beside its own text');

      await put('dm:DAQ1:DataDirectory', '/missing');
      await put('dm:DAQ1:Start', 1);
      t.match(await alarmOf('dm:DAQ1:Status'), { severity: 'NONE' }, 'nothing to say of a DAQ that has just started');
      Object.assign(dm.allDaqs[0] ?? {}, { startTime: Date.now() / 1000 - 120 });
      await until(
        'dm:DAQ1:Status',
        (value, severity, message) => value === 2 && severity === 'MINOR' && message.startsWith('no file seen yet'),
      );
      Object.assign(dm.allDaqs[0] ?? {}, { status: 'done' });
      await until(
        'dm:DAQ1:Status',
        (value, severity, message) =>
          value === 4 && severity === 'MINOR' && message.startsWith('DAQ ended without any file'),
      );

      await put('dm:WF1:Workflow', 'w');
      const running = put('dm:WF1:Run', 1);
      await until('dm:WF1:JobId', (value) => value !== '');
      Object.assign(dm.allJobs[0] ?? {}, { status: 'done' });
      await running;
      await until(
        'dm:WF1:Status',
        (value, severity, message) =>
          value === 4 && severity === 'MINOR' && message.startsWith('done, but no stage ran'),
      );

      Object.assign(dm.allUploads[0] ?? {}, { status: 'perplexed', errorMessage: undefined });
      await put('dm:WF2:Workflow', 'w');
      await put('dm:WF2:Start', 1);
      Object.assign(dm.allJobs[1] ?? {}, { status: 'perplexed' });
      await until('dm:WF2:Status', (value, severity) => value === 9 && severity === 'INVALID');
      t.match(
        await client.get('dm:WF2:StatusText'),
        { value: 'perplexed' },
        'a status that nobody knows is shown as it is',
      );
    } finally {
      await served.stop();
    }
  },
);
