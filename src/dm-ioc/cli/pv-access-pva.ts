import { setTimeout as delay } from 'node:timers/promises';
import { PvaClient, type PvaData } from 'epics-pva-ts';
import { putFields } from './put-fields.js';
import { putInteger, putNumber, putState } from './put-value.js';
import type { PvAccess, PvReading } from './pv-reading.js';

/** Until a PV is looked for again whose server has closed it. */
const AGAIN_MS = 500;

interface EnumFields {
  readonly index: number;
  readonly choices: readonly string[];
}

function isEnum(value: unknown): value is EnumFields {
  return typeof value === 'object' && value !== null && 'index' in value && 'choices' in value;
}

function toReading(data: PvaData): PvReading {
  const { alarm, timeMs, units } = data;
  const { precision } = (data.fields['display'] ?? {}) as { readonly precision?: unknown };
  const value = 'value' in data.fields ? data.value : data.toJSON().fields;
  return {
    value: isEnum(value) ? (value.choices[value.index] ?? value.index) : value,
    severity: alarm?.severity ?? 'NONE',
    message: alarm?.message ?? '',
    timeMs,
    ...(units === null ? {} : { units }),
    ...(typeof precision === 'number' ? { precision } : {}),
  };
}

export function pvaAccess(environment: Readonly<Record<string, string>>): PvAccess {
  const client = new PvaClient({ environment });
  return {
    get: async (pv, timeoutMs) => toReading(await client.get(pv, { timeoutMs })),
    async put(pv, value, wait, timeoutMs) {
      await client.put(pv, await asPut(client, pv, value, timeoutMs), wait ? { block: true } : { timeoutMs });
    },
    async *monitor(pv, signal, onLost) {
      const onConnection = (isConnected: boolean): void => {
        if (!isConnected) onLost();
      };
      for (;;) {
        for await (const update of client.monitor(pv, { signal, onConnection })) yield toReading(update);
        onLost();
        await delay(AGAIN_MS, undefined, { signal });
      }
    },
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/** The text in the PV's own type: an enum's index, a number, text, or fields of a structure. */
async function asPut(client: PvaClient, pv: string, text: string, timeoutMs: number): Promise<unknown> {
  const { fields, value } = await client.get(pv, { timeoutMs });
  if (!('value' in fields)) return putFields(pv, text, fields);
  if (isEnum(value)) return putState(pv, text, value.choices);
  if (typeof value === 'number') return putNumber(pv, text);
  return typeof value === 'bigint' ? putInteger(pv, text) : text;
}
