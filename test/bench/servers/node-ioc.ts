// This project's server in the benchmark; it obeys the commands that commands.py describes.
// usage: node node-ioc.js PREFIX COUNT DATABASE
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import { Ioc } from 'node-epics-ca';
import { DM_DEFINITIONS } from '../../dm-definitions.js';

const [, , prefix = 'bench', countText = '100', database = ''] = process.argv;
const count = Number(countText);

const ioc = new Ioc(DM_DEFINITIONS);
ioc.loadRecords(database);
await ioc.start(() => Promise.resolve());
const readbacks = ioc.deviceRecords().filter((record) => record.name.startsWith(`${prefix}:get`));

function reply(answer: Readonly<Record<string, number | boolean>>): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function postAll(value: number): void {
  ioc.post(readbacks.map((record) => ({ record, value })));
}

function publish(total: number): void {
  const started = performance.now();
  for (let done = 0; done < total; done += count) postAll(done);
  reply({ publishedPerSecond: (total / (performance.now() - started)) * 1000 });
}

async function storm(seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let value = 0;
  while (performance.now() < end) {
    value += 1;
    postAll(value);
    await turn();
  }
  reply({ posted: value * count, last: value });
}

reply({ ready: true });
for await (const line of createInterface(process.stdin)) {
  const [word, number = '0'] = line.split(' ');
  if (word === 'publish') publish(Number(number));
  else if (word === 'storm') await storm(Number(number));
}
await ioc.close();
