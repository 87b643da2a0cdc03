import { CommandError } from '../../errors.js';
import type { StreamInputs } from './stream-slot.js';
import type { Stream, StreamConsumers } from './stream.js';

/** A stream that goes on, and its slot's name. */
interface OtherStream {
  readonly name: string;
  readonly stream: Stream;
}

/** The control and the status PV of a consumer. @param id from 1 */
export function consumerPvs(
  { controlPattern, statusPattern }: StreamConsumers,
  id: number,
): { readonly control: string; readonly status: string } {
  const named = (pattern: string): string => pattern.replaceAll('*', String(id));
  return { control: named(controlPattern), status: named(statusPattern) };
}

function allPvs(consumers: StreamConsumers): string[] {
  const ids = Array.from({ length: consumers.count }, (_consumer, index) => index + 1);
  return ids.flatMap((id) => Object.values(consumerPvs(consumers, id)));
}

/** The consumers of a stream that begins. @throws CommandError SETPOINT_INVALID when they would share a PV, or have one of another stream */
export function consumersOf(
  protocol: Stream['protocol'],
  {
    nConsumers: count,
    controlPattern,
    statusPattern,
  }: Pick<StreamInputs, 'nConsumers' | 'controlPattern' | 'statusPattern'>,
  streamId: string,
  others: readonly OtherStream[],
): StreamConsumers {
  const named = (pattern: string): string => pattern.replaceAll('$streamId', streamId);
  const consumers = { count, controlPattern: named(controlPattern), statusPattern: named(statusPattern) };
  if (protocol !== 'PvaPy') return consumers;
  for (const [name, pattern] of Object.entries({ ControlPattern: controlPattern, StatusPattern: statusPattern })) {
    if (pattern !== '' && (count === 1 || pattern.includes('*'))) continue;
    const remedy = `write * where the consumer's id is, as in consumer:*:control`;
    throw new CommandError(
      'SETPOINT_INVALID',
      `${name} names ${pattern || 'nothing'} for ${count} consumers: ${remedy}`,
    );
  }
  const own = allPvs(consumers);
  const pvs = new Set(own);
  const twice = own.find((pv, index) => own.indexOf(pv) !== index);
  if (twice !== undefined) {
    throw new CommandError(
      'SETPOINT_INVALID',
      `${twice} is named twice: a control and a status PV of each consumer, write ControlPattern and StatusPattern as consumer:*:control and consumer:*:status`,
    );
  }
  for (const { name, stream } of others) {
    const shared = stream.protocol === 'PvaPy' ? allPvs(stream.consumers).find((pv) => pvs.has(pv)) : undefined;
    if (shared === undefined) continue;
    throw new CommandError(
      'SETPOINT_INVALID',
      `${shared} is a consumer's of ${name}, which goes on: put $streamId into ControlPattern and StatusPattern`,
    );
  }
  return consumers;
}
