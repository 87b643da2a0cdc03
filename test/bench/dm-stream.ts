import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { PvaClient } from 'epics-pva-ts';
import { IocProcess, PYTHON } from '../system/ioc-process.js';
import { spreadOf } from './ca-driver/spread.js';

/**
 * A stream through the IOC, its workflow and its user in p4p, in turns with the same exchange directly between two p4p processes. Run: node build/test/bench/dm-stream.js [--rounds 5] [--commands 500] [--reports 3000]
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    commands: { type: 'string', default: '500' },
    reports: { type: 'string', default: '3000' },
  },
});
const run = promisify(execFile);
const script = (name: string): string => resolve('test/bench/stream', name);
const base = mkdtempSync(join(tmpdir(), 'dm-stream-'));
const workflows = join(base, 'workflows');
mkdirSync(workflows);
writeFileSync(
  join(workflows, 'talk.yaml'),
  `stages: { "1": { command: "exec ${PYTHON} ${script('workflow_side.py')}" } }\n`,
);

const ioc = await IocProcess.start(join(base, 'dm'), [`dm.local.workflows=${workflows}`]);
const environment = { ...process.env, ...ioc.clientEnvironment };
const client = new PvaClient({ environment: ioc.clientEnvironment });
const put = (pv: string, value: string | number): Promise<void> =>
  client.put(`dm:Stream1:${pv}`, value, { block: true });

/** Medians in microseconds. */
async function commandTimes(): Promise<{ readonly ioc: number; readonly direct: number }> {
  const args = [script('commands.py'), 'dm:Stream1', values.commands];
  const { stdout } = await run(PYTHON, args, { env: environment });
  return JSON.parse(stdout) as { ioc: number; direct: number };
}

function print(title: string, samples: readonly number[], digits: number, unit: string): void {
  const { min, median, max } = spreadOf([...samples]);
  const shown = [median, min, max].map((sample) => sample.toFixed(digits));
  console.log(`${title.padEnd(58)} ${shown[0] ?? ''} ${unit} (${shown[1] ?? ''} to ${shown[2] ?? ''})`);
}

/** Reports a second that the workflow gets rid of, with so many watchers of them. */
async function reportRate(watchers: number): Promise<number> {
  const child = spawn(PYTHON, [script('watchers.py'), 'dm:Stream1:Report', String(watchers)], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  const { results: before } = (await client.get('dm:Stream1:Report')).fields;
  const report = { command: 'report', arguments: JSON.stringify({ count: Number(values.reports) }) };
  await client.put('dm:Stream1:Command', report, { timeoutMs: 60_000 });
  for await (const { fields } of client.monitor('dm:Stream1:Report')) {
    const { results, nReceived } = fields;
    if (results === before || results === '' || Number(nReceived) !== Number(values.reports)) continue;
    const [seen] = [once(lines, 'line')];
    child.stdin.end();
    console.log(`  ${watchers} watchers: ${String((await seen)[0])}`);
    return Number(values.reports) / (JSON.parse(String(results)) as { seconds: number }).seconds;
  }
  throw new Error('the IOC is gone');
}

const starts: number[] = [];
const commands: { readonly ioc: number; readonly direct: number }[] = [];
const rates = new Map<number, number[]>([
  [1, []],
  [50, []],
]);
await put('Workflow', 'talk');
for (let round = 0; round < Number(values.rounds); round += 1) {
  const beganMs = performance.now();
  await put('Start', 1);
  starts.push(performance.now() - beganMs);
  commands.push(await commandTimes());
  for (const [watchers, samples] of rates) samples.push(await reportRate(watchers));
  await put('Stop', 1);
}
print('Start until Ready', starts, 0, 'ms');
const of = (select: (one: (typeof commands)[number]) => number): number[] => commands.map(select);
const directly = 'the same between two p4p processes';
print(
  'a command until it is acknowledged, through the IOC',
  of(({ ioc }) => ioc),
  0,
  'µs',
);
print(
  directly,
  of(({ direct }) => direct),
  0,
  'µs',
);
print(
  'through the IOC / directly (wanted 2)',
  of(({ ioc, direct }) => ioc / direct),
  2,
  'x',
);
for (const [watchers, samples] of rates) print(`reports, ${watchers} watching`, samples, 0, 'reports/s');
client.close();
await ioc.stop();
rmSync(base, { recursive: true, force: true });
