// Drives a CA server with this project's client, and prints one line of JSON.
// usage: node main.js put-latency|put-rate|monitor [--prefix bench] [--count 100] [--seconds 3]
//   put-latency  puts with completion to PREFIX:set0, one at a time
//   put-rate     puts with completion to PREFIX:set0 to set<COUNT-1>, all outstanding
//   monitor      follows PREFIX:get0 to get<COUNT-1>: prints {"ready":true}, and the result when a line comes on stdin, which may
//                hold the last value that the server posted
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { CaClient } from 'node-epics-ca';
import { StormWatch } from './monitor-storm.js';
import { measurePutLatency, measurePutRate } from './put-completion.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    prefix: { type: 'string', default: 'bench' },
    count: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '3' },
  },
});
const [mode = ''] = positionals;
const seconds = Number(values.seconds);
const pvs = (kind: string): string[] =>
  Array.from({ length: Number(values.count) }, (_, index) => `${values.prefix}:${kind}${index}`);

async function followStorm(client: CaClient): Promise<unknown> {
  const watch = await StormWatch.start(client, pvs('get'));
  process.stdout.write('{"ready":true}\n');
  const input = createInterface(process.stdin);
  const [line] = (await once(input, 'line')) as [string];
  input.close();
  return watch.finish(line.trim() === '' ? undefined : Number(line));
}

const measurements: Readonly<Record<string, (client: CaClient) => Promise<unknown>>> = {
  'put-latency': (client) => measurePutLatency(client, `${values.prefix}:set0`, seconds),
  'put-rate': (client) => measurePutRate(client, pvs('set'), seconds),
  monitor: followStorm,
};

const measure = measurements[mode];
if (measure === undefined) {
  process.stderr.write(`"${mode}" is none of ${Object.keys(measurements).join(', ')}\n`);
  process.exitCode = 2;
} else {
  const client = new CaClient();
  process.stdout.write(`${JSON.stringify(await measure(client))}\n`);
  await client.close();
}
