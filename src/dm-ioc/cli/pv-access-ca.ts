import { CaClient, type CaPutValue, type CaReading } from 'node-epics-ca';
import { putNumber, putState } from './put-value.js';
import type { PvAccess, PvReading } from './pv-reading.js';

const SEVERITIES = ['NONE', 'MINOR', 'MAJOR', 'INVALID'] as const;

type Display = Pick<CaReading, 'units' | 'precision'>;

function toReading(reading: CaReading, { units, precision }: Display = reading): PvReading {
  const { value, label, timeMs } = reading;
  const severity = SEVERITIES[reading.severity] ?? 'UNDEFINED';
  return {
    value: label ?? value,
    severity,
    message: '',
    timeMs,
    ...(units === undefined ? {} : { units }),
    ...(precision === undefined ? {} : { precision }),
  };
}

/** Texts longer than 39 bytes are behind `NAME.VAL$`; a PV that has none is read as it is. */
async function longName(client: CaClient, pv: string, timeoutMs: number, signal?: AbortSignal): Promise<string> {
  const channel = await client.connect(pv, { timeoutMs, signal });
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

export function caAccess(environment: Readonly<Record<string, string>>): PvAccess {
  const client = new CaClient({ environment });
  return {
    async get(pv, timeoutMs) {
      const name = await longName(client, pv, timeoutMs);
      const reading = name.endsWith('$')
        ? await client.get(name, { type: 'longString', timeoutMs })
        : await client.get(name, { metadata: true, timeoutMs });
      return toReading(reading);
    },
    async put(pv, value, wait, timeoutMs) {
      const name = await longName(client, pv, timeoutMs);
      await client.put(name, await asPut(client, name, value, timeoutMs), wait ? { complete: true } : { timeoutMs });
    },
    async *monitor(pv, signal, onLost) {
      const name = await longName(client, pv, 2_147_483_647, signal);
      const updates = name.endsWith('$')
        ? client.monitor(name, { type: 'longString', signal })
        : client.monitor(name, { signal });
      let display: Display | undefined;
      for await (const update of updates) {
        // Updates carry no units; they are asked for at each connection.
        if (!update.connected) {
          display = undefined;
          onLost();
          continue;
        }
        display ??= await client.get(name, { metadata: true, signal }).catch((): Display => ({}));
        yield toReading(update, display);
      }
    },
    close: () => client.close(),
  };
}
