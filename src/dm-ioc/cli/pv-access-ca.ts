import { CaClient, type CaPutValue, type CaReading } from 'node-epics-ca';
import { putNumber, putState } from './put-value.js';
import { clientEnvironment, type PvAccess, type PvReading } from './pv-reading.js';

const SEVERITIES = ['NONE', 'MINOR', 'MAJOR', 'INVALID'] as const;

function toReading(reading: CaReading): PvReading {
  const { value, label, timeMs } = reading;
  const severity = SEVERITIES[reading.severity] ?? 'UNDEFINED';
  return { value: label ?? value, severity, message: '', timeMs };
}

/** Texts longer than 39 bytes are behind `NAME.VAL$`; a PV that has none is read as it is. */
async function longName(client: CaClient, pv: string, timeoutMs: number): Promise<string> {
  const channel = await client.connect(pv, { timeoutMs });
  if (channel.connection?.nativeType !== 'string' || pv.includes('.')) return pv;
  const name = `${pv}.VAL$`;
  return client.connect(name, { timeoutMs: Math.min(timeoutMs, 1000) }).then(
    () => name,
    () => pv,
  );
}

/** The text in the PV's own type: an enum's index, a number, or text. A put without completion has no answer, so it must be right. */
async function asPut(client: CaClient, name: string, text: string, timeoutMs: number): Promise<CaPutValue> {
  const { connection } = await client.connect(name, { timeoutMs });
  if (connection === null) return text;
  const { nativeType, elementCount } = connection;
  if (nativeType === 'string' || (nativeType === 'char' && elementCount > 1)) return text;
  if (nativeType !== 'enum') return putNumber(name, text);
  const { states } = await client.get(name, { metadata: true, timeoutMs });
  return putState(name, text, states ?? []);
}

export function caAccess(): PvAccess {
  const client = new CaClient({ environment: clientEnvironment('CA') });
  return {
    async get(pv, timeoutMs) {
      const name = await longName(client, pv, timeoutMs);
      const reading = name.endsWith('$')
        ? await client.get(name, { type: 'longString', timeoutMs })
        : await client.get(name, { timeoutMs });
      return toReading(reading);
    },
    async put(pv, value, wait, timeoutMs) {
      const name = await longName(client, pv, timeoutMs);
      await client.put(name, await asPut(client, name, value, timeoutMs), wait ? { complete: true } : { timeoutMs });
    },
    async *monitor(pv, signal) {
      const name = await longName(client, pv, 2_147_483_647);
      const updates = name.endsWith('$')
        ? client.monitor(name, { type: 'longString', signal })
        : client.monitor(name, { signal });
      for await (const update of updates) yield update.connected ? toReading(update) : null;
    },
    close: () => client.close(),
  };
}
