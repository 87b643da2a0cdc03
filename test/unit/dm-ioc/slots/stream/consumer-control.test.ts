import { ConsumerControl } from 'dm-ioc/internal/slots/stream/consumer-control';
import type { PutSettings, PvaClient } from 'epics-pva-ts';
import { EventEmitter, on } from 'node:events';
import tap, { type Test } from 'tap';

type Stalls = 'never' | 'before the put goes out' | 'after it';

/** A consumer's control object behind a client; a stalled one answers nothing. */
class Consumer {
  readonly settings = {};
  readonly put: PvaClient['put'] = (_pv, value, settings) => this.#take(value as object, settings ?? {});
  stalls: Stalls = 'never';
  readonly #updates = new EventEmitter();
  #time = 0;

  async *monitor(_pv: string, { signal, onConnection }: { signal: AbortSignal; onConnection: (is: boolean) => void }) {
    const updates = on(this.#updates, 'update', { signal }) as AsyncIterable<[object]>;
    onConnection(true);
    yield this.#object({ statusMessage: '' });
    for await (const [update] of updates) yield update;
  }

  say(statusMessage: string): void {
    this.#updates.emit('update', this.#object({ statusMessage }));
  }

  #object(fields: object): object {
    this.#time += 1;
    return { fields: { command: '', args: '', ...fields, objectTime: this.#time }, changed: ['statusMessage'] };
  }

  async #take({ command }: { readonly command?: string }, { signal, onSend }: PutSettings): Promise<void> {
    if (this.stalls !== 'before the put goes out') onSend?.();
    if (this.stalls !== 'never') {
      await new Promise((_resolve, reject) => signal?.addEventListener('abort', reject));
    }
    this.say('Command successful');
    this.say(command === 'configure' ? 'Configuration successful' : 'Stats update successful');
  }
}

function start(t: Test): {
  readonly consumer: Consumer;
  readonly send: (name: string, ms?: number) => Promise<string>;
} {
  const consumer = new Consumer();
  const ended = new AbortController();
  t.teardown(() => {
    ended.abort();
  });
  const control = new ConsumerControl(consumer as unknown as PvaClient, 'c:1:control', ended.signal, () => undefined);
  const send = async (command: string, limitMs = 600_000): Promise<string> => {
    const limit = new AbortController();
    const timer = setTimeout(() => {
      limit.abort();
    }, limitMs);
    return control.send({ command, args: '{}', mayBePut: false }, limit.signal).finally(() => {
      clearTimeout(timer);
    });
  };
  return { consumer, send };
}

void tap.test('a consumer that has stalled before a command went out takes the next of its name', async (t) => {
  const { consumer, send } = start(t);
  t.equal(await send('configure'), 'Configuration successful');
  consumer.stalls = 'before the put goes out';
  await t.rejects(send('configure', 20), { message: 'has not answered configure' });
  consumer.stalls = 'never';
  t.equal(await send('configure'), 'Configuration successful');
});

void tap.test('an answer that is owed holds the next command of its name, and each error names its own', async (t) => {
  const { consumer, send } = start(t);
  consumer.stalls = 'after it';
  await t.rejects(send('configure', 20), { message: 'has not answered configure' });
  await t.rejects(send('get_stats', 20), { message: 'has not answered get_stats' });
  consumer.stalls = 'never';
  await t.rejects(send('configure', 20), { message: 'has not answered the configure before' });
  const held = send('configure');
  consumer.say('Configuration successful');
  t.equal(await held, 'Configuration successful', 'it goes out once the one before is answered');
});
