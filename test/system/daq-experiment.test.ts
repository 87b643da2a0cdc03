import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { startServedIoc } from './served-ioc.js';

await t.test(
  'a DAQ of another experiment, an endless file and failed jobs are shown, and hold nobody up',
  async (t) => {
    const served = await startServedIoc(t);
    const { client, directory, dm, put, until } = served;
    const source = join(directory, ' source ');
    const writing = new AbortController();
    let writer: Promise<void> = Promise.resolve();
    try {
      await mkdir(source);
      await dm.experiments.add({ name: 'user2' });
      await put('dm:Experiment', 'demo');
      for (const slot of [1, 2]) await put(`dm:DAQ${slot}:DataDirectory`, source);
      await put('dm:DAQ1:WorkflowName', 'fails');
      await put('dm:DAQ1:Start', 1);
      await until('dm:DAQ1:Experiment', (value) => value === 'demo');

      await put('dm:Experiment', 'user2');
      await until(
        'dm:DAQ1:Status',
        (value, severity, message) =>
          value === 2 && severity === 'MINOR' && message === 'stores for demo, selected is user2',
      );
      await t.rejects(put('dm:DAQ2:Start', 1), { message: /DAQ of experiment demo watches .*: stop it first/u });
      await t.rejects(client.rpc('dm:rpc:startDaq', { dataDirectory: source }), { message: /stop it first/u });
      const again = await client.rpc('dm:rpc:startDaq', { dataDirectory: source, experiment: 'demo' });
      t.equal(again.fields['experiment'], 'demo', 'a call says whose it is');
      await put('dm:Experiment', 'demo');
      await until('dm:DAQ1:Status', (_value, severity) => severity === 'NONE');

      await writeFile(join(source, 'a'), 'a');
      await until('dm:DAQ1:NJobsFailed', (value, severity) => value === 1 && severity === 'MINOR');
      await until('dm:Message', (value) => /^a job of .* failed: a: /u.test(String(value)));

      writer = (async () => {
        while (!writing.signal.aborted) {
          await appendFile(join(source, 'endless'), 'x');
          await delay(20);
        }
      })();
      await until('dm:DAQ1:NWaiting', (value) => value === 1);
      await put('dm:DAQ1:Timeout', 1);
      await t.rejects(put('dm:DAQ1:Sync', 1), { message: /timeout after 1 s: endless is still being written/u });
      await put('dm:DAQ1:Timeout', 0);
      const stopping = put('dm:DAQ1:Stop', 1);
      const refused = t.rejects(stopping, { message: /endless: it was still being written/u });
      await until('dm:DAQ1:Status', (_value, _severity, message) => message.startsWith('waits for endless'));
      await put('dm:DAQ1:Abort', 1);
      await refused;
      t.match(await client.get('dm:DAQ1:Percent'), { value: 50 }, 'what failed is no part of it');
    } finally {
      writing.abort();
      await writer;
      await served.stop();
    }
  },
);
