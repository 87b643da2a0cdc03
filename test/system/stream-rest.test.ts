import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t, { type Test } from 'tap';
import { freePort } from '../loopback-environment.js';
import { IocProcess, PYTHON, temporaryDirectory } from './ioc-process.js';
import { configured, consumersCommand } from './stream-consumers.js';
import { StreamSlot } from './stream-slot.js';
import { writeWorkflows } from './write-workflows.js';

const LOGIN = 'user2bm|a secret';

/** DM, served by an IOC of its own, that can be killed and comes back where it was. */
class ServedDm {
  readonly directory: string;
  readonly #settings: readonly string[];
  readonly url: string;
  readonly loginFile: string;
  #ioc: IocProcess | null = null;

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.loginFile = join(directory, 'login');
    this.url = `http://127.0.0.1:${port}`;
    writeFileSync(this.loginFile, `${LOGIN}\n`);
    this.#settings = [
      `dm.local.workflows=${directory}`,
      'prefix=far:',
      'dm.local.owner=user2bm',
      `dm.local.serve={enabled: true, port: ${port}, loginFile: ${this.loginFile}}`,
    ];
  }

  /** Not yet running: an IOC can be there before its DM. */
  static async prepare(t: Test): Promise<ServedDm> {
    const one = new ServedDm(temporaryDirectory(t), await freePort());
    t.teardown(() => one.#ioc?.stop('SIGUSR2'));
    return one;
  }

  async start(): Promise<void> {
    this.#ioc = await IocProcess.start(join(this.directory, 'dm'), this.#settings);
  }

  async kill(): Promise<void> {
    await this.#ioc?.stop('SIGKILL');
  }

  /** Settings of an IOC that uses it. */
  get clientSettings(): readonly string[] {
    const services = ['ds', 'daq', 'cat', 'proc'].map((name) => `dm.rest.${name}=${this.url}`);
    const poll = 'dm.rest.poll={pollMs: 100, listMs: 500, idleListMs: 1000, maxBackoffMs: 300}';
    return ['dm.backend=rest', ...services, 'dm.rest.station=LOCAL', `dm.rest.loginFile=${this.loginFile}`, poll];
  }
}

await t.test('a stream whose workflow runs in a DM elsewhere goes on while that DM is away', async (t) => {
  const dm = await ServedDm.prepare(t);
  const stream = await StreamSlot.inNewIoc(t, () => ({}), { settings: dm.clientSettings });
  const workflow = resolve('test/system/stream_rest_workflow.py');
  const settings = { ...stream.ioc.clientEnvironment, PYTHONPATH: resolve('ioc/bluesky') };
  const variables = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  writeWorkflows(dm.directory, { native: `exec env ${variables.join(' ')} ${PYTHON} ${workflow}` });
  await dm.start();
  await stream.until('dm:Connected', (connected) => connected === 'Connected');
  await stream.put('Workflow', 'native');
  await stream.put('Start', 1);
  t.equal(await stream.value('State'), 'Ready');
  await stream.command('start');
  await t.rejects(stream.command('bad'), { message: 'COMMAND_REFUSED: no bad things here' });
  await dm.kill();
  await stream.command('calibrate');
  t.equal(await stream.value('State'), 'Streaming', 'the two sides do not need DM');
  await dm.start();
  await stream.put('Stop', 1);
  t.equal(await stream.value('State'), 'Done');
  t.equal(await stream.value('Results'), '["start", "calibrate", "stop"]');
});

await t.test('the consumer of a job in a DM elsewhere is found, also when it reports nothing by itself', async (t) => {
  const dm = await ServedDm.prepare(t);
  const stream = await StreamSlot.inNewIoc(t, () => ({}), { settings: dm.clientSettings });
  const consumers = { directory: dm.directory, ids: [1], environment: stream.ioc.serverEnvironment, reportPeriodS: 0 };
  writeWorkflows(dm.directory, { pvapy: consumersCommand(consumers) });
  await dm.start();
  await stream.until('dm:Connected', (connected) => connected === 'Connected');
  stream.ioc.serve('pvapy-ad-sim-server', ...'-cn frames -nx 32 -ny 32 -fps 20 -rt 3600 -std 1'.split(' '));
  await stream.put('Workflow', 'pvapy');
  await stream.put('Protocol', 'PvaPy');
  await stream.put('DataPv', 'frames');
  await stream.put('Start', 1);
  t.equal(await stream.value('Ready'), 'Yes');
  await stream.until('DataCount', (count) => Number(count) > 20);
  await stream.command('get_stats');
  await stream.until('NReceived', (count) => Number(count) > 1);
  await stream.until('State', (state) => state === 'Streaming');
  await stream.command('configure', { name: 'far' });
  t.same(configured(dm.directory), ['1 far']);
  await stream.put('Stop', 1);
  t.equal(await stream.value('State'), 'Done');
});
