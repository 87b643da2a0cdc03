import type { RestOptions } from './rest-options.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u;

/** What the options leave unprotected, to be said out loud; empty when all is well. */
export function unprotected({ tls, ds, daq, cat, proc, apsDb }: RestOptions): string[] {
  const urls = [ds, ...daq.map(({ url }) => url), cat, proc, ...(apsDb === undefined ? [] : [apsDb])].map(
    (url) => new URL(url),
  );
  const plain = urls.filter(({ protocol, hostname }) => protocol === 'http:' && !LOOPBACK.test(hostname));
  return [
    ...(tls.verify ? [] : ["DM's certificates are not verified: anybody on the network can pose as DM"]),
    ...(plain.length === 0
      ? []
      : [`password and data go unencrypted to ${[...new Set(plain.map(({ origin }) => origin))].join(', ')}`]),
  ];
}
