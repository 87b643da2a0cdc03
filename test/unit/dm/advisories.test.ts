import t from 'tap';
import { type DaqInfo, daqAdvisory, type Job, jobAdvisory, type UploadInfo, uploadAdvisory } from 'dm';

function transfer(values: Partial<DaqInfo & UploadInfo>): DaqInfo & UploadInfo {
  return {
    id: 'x',
    experimentName: 'e',
    dataDirectory: '/d',
    status: 'done',
    countFiles: 0,
    nProcessedFiles: 0,
    nProcessingErrors: 0,
    ...values,
  };
}

await t.test('an upload that is done with no file gets a word, with the reason of DM', (t) => {
  t.match(uploadAdvisory(transfer({ errorMessage: 'no new files for upload' })), /nothing.*no new files for upload/u);
  t.match(uploadAdvisory(transfer({ countFiles: 3, nProcessingErrors: 1 })), /^1 file could not be stored/u);
  t.equal(uploadAdvisory(transfer({ countFiles: 3 })), null);
  t.equal(uploadAdvisory(transfer({ status: 'running' })), null);
  t.equal(uploadAdvisory(transfer({ status: 'failed' })), null, 'a failure speaks for itself');
  t.end();
});

await t.test('a DAQ that sees no file gets a word after a while, or at its end', (t) => {
  const started = transfer({ status: 'running', startTime: 1_000 });
  t.equal(daqAdvisory(started, 1_001_000), null);
  t.match(daqAdvisory(started, 1_061_000), /does not check that the data directory exists/u);
  t.match(daqAdvisory(transfer({})), /without any file/u);
  t.match(daqAdvisory(transfer({ countFiles: 9, nProcessingErrors: 2 })), /^2 files/u);
  t.equal(daqAdvisory(transfer({ countFiles: 9 })), null);
  t.end();
});

await t.test('a job that did nothing gets a word', (t) => {
  const job: Job = { id: 'x', owner: 'me', status: 'done', countFiles: 1 };
  const process = { stageId: '1', childProcessNumber: 0, command: 'true', status: 'done', stdOut: '' };
  const stages = { '1': { command: 'true', childProcesses: { '0': process } } };
  t.match(jobAdvisory({ ...job, countFiles: 0 }), /without an input file/u);
  t.match(
    jobAdvisory({ ...job, workflow: { name: 'w', owner: 'me', stages: { '1': { command: 'x' } } } }),
    /any stage/u,
  );
  const quiet = { ...job, stage: '1', runTime: 0.2, workflow: { name: 'w', owner: 'me', stages } };
  t.equal(jobAdvisory(quiet), null, 'that a job is quick and says nothing is no fault of it');
  t.equal(jobAdvisory({ ...job, countFiles: 0, status: 'failed' }), null, 'a failure speaks for itself');
  t.equal(jobAdvisory(job), null);
  t.end();
});
