import type { ListeningService } from '../wire/wire-service.js';
import type { RestOptions } from './rest-options.js';

/** Every service with its URL, undefined where none is configured; a service of several URLs comes once for each. */
export function serviceUrls({
  ds,
  daq,
  cat,
  proc,
  apsDb,
}: RestOptions): (readonly [ListeningService, string | undefined])[] {
  return [['DS', ds], ...daq.map(({ url }) => ['DAQ', url] as const), ['CAT', cat], ['PROC', proc], ['APS_DB', apsDb]];
}
