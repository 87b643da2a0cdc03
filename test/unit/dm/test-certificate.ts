import { generate } from 'selfsigned';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A fresh self-signed certificate; `host` is an IP address. */
export async function createTestCertificate(
  host = '127.0.0.1',
  validity: { notBeforeDate?: Date; notAfterDate?: Date } = {},
): Promise<TestCertificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
    ...validity,
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: host }] },
    ],
  });
  return { key, cert };
}
