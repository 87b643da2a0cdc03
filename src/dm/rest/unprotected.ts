import type { RestOptions } from './rest-options.js';
import { serviceUrls } from './service-urls.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u;

/** What the options leave unprotected, to be said out loud; empty when all is well. */
export function unprotected(options: RestOptions): string[] {
  const urls = serviceUrls(options).flatMap(([, url]) => (url === undefined ? [] : new URL(url)));
  const plain = urls.filter(({ protocol, hostname }) => protocol === 'http:' && !LOOPBACK.test(hostname));
  return [
    ...(options.tls.verify ? [] : ["DM's certificates are not verified: anybody on the network can pose as DM"]),
    ...(plain.length === 0
      ? []
      : [`password and data go unencrypted to ${[...new Set(plain.map(({ origin }) => origin))].join(', ')}`]),
  ];
}
