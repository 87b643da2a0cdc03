import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isTerminalStatus, type JobArguments, LocalDataManagement, type Workflow } from 'dm';

/**
 * An engine in a process of its own, for tests that kill it or starve it. Prints one JSON object a line.
 * Arguments: root, action (upload SOURCE | daq SOURCE | job | jobs FILE | idle); FILE holds a workflow and the arguments of its jobs.
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
else if (action === 'jobs') {
  const { workflow, jobs } = JSON.parse(readFileSync(source, 'utf8')) as { workflow: Workflow; jobs: JobArguments[] };
  await engine.workflows.add(workflow);
  for (const args of jobs) await engine.jobs.start(engine.owner, workflow.name, args);
  say({ ready: true });
} else say({ ready: true });
process.stdin.resume();
const stopped = new AbortController();
process.once('SIGTERM', () => {
  stopped.abort();
});
await Promise.race([once(process.stdin, 'end'), once(stopped.signal, 'abort')]);
await engine.close();
process.exit();
