import { CaClient, type CaPutOptions } from 'node-epics-ca';
import t from 'tap';
import { PATIENCE_MS } from '../../../patience.js';
import { SoftIoc } from './soft-ioc.js';

const { environment } = await SoftIoc.start(t);
const client = new CaClient({ environment, timeoutMs: PATIENCE_MS });
t.teardown(() => client.close());

await t.test('a text that the record would not take is refused also where nobody waits for the server', async (t) => {
  const refused = { code: 'CA_BAD_VALUE', message: 'put t:mbbo: "Sleeping" is none of its states Idle, Busy, Done' };
  await client.put('t:mbbo', 'Busy', { complete: true });
  await t.rejects(client.put('t:mbbo', 'Sleeping'), refused);
  await client.get('t:mbbo');
  await t.rejects(client.put('t:mbbo', 'Sleeping'), refused, 'also with labels that are known');
  await t.rejects(client.put('t:mbbo', '3'), { code: 'CA_BAD_VALUE' });
  await t.rejects(client.put('t:mbbo', ''), { code: 'CA_BAD_VALUE' });
  for (const text of ['abc', '1 2', '1,5', '0x']) {
    await t.rejects(client.put('t:ao', text), { code: 'CA_BAD_VALUE', message: `put t:ao: "${text}" is no number` });
  }
  await t.rejects(client.put('t:ao.HHSV', 'SEVERE'), { code: 'CA_BAD_VALUE', message: /states NO_ALARM, MINOR/u });
  t.match(await client.get('t:mbbo'), { value: 1, label: 'Busy' }, 'nothing was put');
});

await t.test('a text that it takes is put, by label, by index, as a number', async (t) => {
  for (const [text, value] of [
    ['Done', 2],
    ['1', 1],
    ['Idle', 0],
  ] as const) {
    await client.put('t:mbbo', text);
    t.equal((await client.get('t:mbbo')).value, value);
  }
  for (const text of ['-1.5', ' 1e1 ', '0x10', '.5', '7.']) {
    await client.put('t:ao', text);
    t.equal((await client.get('t:ao')).value, Number(text));
  }
  await client.put('t:string', 'any text');
  t.equal((await client.get('t:string')).value, 'any text');
  await client.put('t:ao', '0', { complete: true });
});

await t.test('an option that a call does not know is refused with those it knows', async (t) => {
  const unknown = { block: true } as CaPutOptions;
  await t.rejects(client.put('t:ao', 1, unknown), {
    code: 'CA_OPTION',
    message: "put doesn't know block; it knows complete, signal, timeoutMs",
  });
  await t.rejects(client.get('t:ao', { timeout: 1 } as never), {
    code: 'CA_OPTION',
    message: /^get doesn't know timeout;/u,
  });
  await t.rejects(client.connect('t:ao', { timeout: 1 } as never), { code: 'CA_OPTION' });
  t.throws(() => client.monitor('t:ao', { record: 'x' } as never), { code: 'CA_OPTION' });
  t.throws(() => new CaClient({ env: {} } as never), { code: 'CA_OPTION', message: /it knows environment/u });
  await client.put('t:ao', 1, { complete: undefined, signal: undefined } as never);
});

await t.test('a put that failed without an alarm of the record has no alarm message', async (t) => {
  await t.rejects(client.put('t:mbbo', 'Sleeping', { complete: true }), { code: 'CA_PUT_FAILED', alarmMessage: '' });
});
