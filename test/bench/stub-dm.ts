import { parseArgs } from 'node:util';
import { BigService, type BigServiceSettings } from '../unit/dm/big-service.js';

/**
 * A DM service with a long history, in a process of its own. It sends its URL to its parent, and what it was asked for whenever it is sent
 * a message. Run by test/bench/dm-listing.ts.
 */
const { values } = parseArgs({ options: { settings: { type: 'string', default: '{}' } } });
const service = new BigService(JSON.parse(values.settings) as Partial<BigServiceSettings>);
const url = await service.listen();
process.send?.({ url });
process.on('message', () => {
  process.send?.({ counts: [...service.counts] });
  service.counts.clear();
});
process.once('disconnect', () => void service.close());
