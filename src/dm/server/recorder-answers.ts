import { randomUUID } from 'node:crypto';
import type { SampleValues } from '../wire/dm-objects.js';
import { ROUTES } from '../wire/routes.js';
import type { RecordedCall } from './recorded-call.js';

/** A reply that lets the vendor client go on: the sample of what the call answers, with the values that it asked for. */
export function answerRecordedCall({ route, method, path }: RecordedCall, values: SampleValues): unknown {
  if (route === null) return method === 'GET' && /s(?:By|$|\/)/u.test(path) ? [] : { id: randomUUID() };
  const { answer, cost } = ROUTES[route];
  return cost === 'list' ? [answer.sample(values)] : answer.sample(values);
}
