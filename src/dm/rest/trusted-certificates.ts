import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { errorText } from '../error-text.js';
import { DmError } from '../errors.js';

/** Node's own certificates and those of a PEM file. @throws DmError DM_CONFIGURATION when the file can't be read or holds none */
export function trustedCertificates(path: string): string[] {
  try {
    const text = readFileSync(path, 'utf8');
    const own = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu) ?? [];
    if (own.length === 0) throw new Error('it holds no PEM certificate');
    for (const certificate of own) new X509Certificate(certificate);
    return [...rootCertificates, ...own];
  } catch (error) {
    const reason = errorText(error);
    throw new DmError('DM_CONFIGURATION', `The CA file ${path} can't be used: ${reason}. Check dm.rest.tls.ca.`);
  }
}
