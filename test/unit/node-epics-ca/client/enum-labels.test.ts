import t from 'tap';
import type * as CaChannelModule from '../../../../src/node-epics-ca/client/ca-channel.js';
import type { CaSession, ChannelListener } from '../../../../src/node-epics-ca/client/ca-session.js';
import { internal } from '../ioc/internal.js';

const { CaChannel } = await internal<typeof CaChannelModule>('../client/ca-channel');
const ENUM = 3;
const CTRL_ENUM = 31;

void t.test('an enum has its label also from a server that tells no properties', async (t) => {
  let listener: ChannelListener | undefined;
  const metadata = { units: '', precision: -1, limits: [], states: ['Off', 'On'] };
  const session = {
    openChannel: (_name: string, opened: ChannelListener) => {
      listener = opened;
      return 1;
    },
    subscribe: () => 2,
    get: (_id: number, _name: string, type: number) =>
      Promise.resolve([1, 0, 0, 0, type === CTRL_ENUM ? metadata : null]),
  } as unknown as CaSession;
  const channel = new CaChannel(session, 'bo', () => undefined);
  listener?.onConnected([ENUM, 1, 'host:1'], 3);
  const reading = await channel.get();
  t.match(reading, { value: 1, label: 'On' });
  t.notOk('states' in reading, 'nobody asked for metadata');
});
