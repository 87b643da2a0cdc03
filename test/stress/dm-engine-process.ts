import { once } from 'node:events';
import { isTerminalStatus, LocalDataManagement } from 'dm';

/**
 * An engine in a process of its own, for tests that kill it or starve it. Prints one JSON object a line.
 * Arguments: root, action (upload SOURCE | daq SOURCE | job | idle).
 */
const [root = '', action = '', source = ''] = process.argv.slice(2);
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const engine = new LocalDataManagement({ root, workflowsDirectory: 'ioc/workflows', quietTimeMs: 50, owner: 'tester' });
engine.changes.on('file', ({ experimentFilePath, md5Sum, fileSize }) => {
  say({ stored: experimentFilePath, md5Sum, fileSize });
});
engine.changes.on('upload', (upload) => {
  if (isTerminalStatus(upload.status)) say({ upload });
});
engine.changes.on('daq', (daq) => {
  say({ daq });
});
engine.changes.on('job', (job) => {
  say({ job: job.id, status: job.status, stage: job.stage });
});
await engine.start();
if ((await engine.experiments.list()).length === 0) await engine.experiments.add({ name: 'demo' });
if (action === 'upload') say({ started: await engine.uploads.start('demo', source) });
else if (action === 'daq') say({ started: await engine.daqs.start('demo', source, { processExistingFiles: true }) });
else if (action === 'job')
  say({ started: await engine.jobs.start('tester', 'sleep', { filePath: '/dev/null', seconds: '300' }) });
else say({ ready: true });
process.stdin.resume();
await once(process.stdin, 'end');
await engine.close();
