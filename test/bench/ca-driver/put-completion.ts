import type { CaClient } from 'node-epics-ca';
import { spreadOf, type Spread } from './spread.js';

export interface PutLatency {
  readonly puts: number;
  readonly microseconds: Spread;
}

export interface PutRate {
  readonly puts: number;
  readonly outstanding: number;
  /** Over all puts. */
  readonly putsPerSecond: number;
  /** Of each batch by itself. */
  readonly batchesPerSecond: Spread;
}

const WARM_UP_PUTS = 200;

/** Puts with completion to one PV, each sent when the one before is answered. */
export async function measurePutLatency(client: CaClient, name: string, seconds: number): Promise<PutLatency> {
  const channel = await client.connect(name);
  for (let put = 0; put < WARM_UP_PUTS; put += 1) await channel.put(put, { complete: true });
  const samples: number[] = [];
  const endMs = performance.now() + seconds * 1000;
  let startMs = performance.now();
  while (startMs < endMs) {
    await channel.put(samples.length, { complete: true });
    const nowMs = performance.now();
    samples.push((nowMs - startMs) * 1000);
    startMs = nowMs;
  }
  return { puts: samples.length, microseconds: spreadOf(samples) };
}

/** One put with completion to each PV at a time; the next batch is sent when all are answered. */
export async function measurePutRate(client: CaClient, names: readonly string[], seconds: number): Promise<PutRate> {
  const channels = await Promise.all(names.map((name) => client.connect(name)));
  const batch = (value: number): Promise<unknown> =>
    Promise.all(channels.map((channel) => channel.put(value, { complete: true })));
  for (let put = 0; put < WARM_UP_PUTS; put += names.length) await batch(put);
  const samples: number[] = [];
  const beginMs = performance.now();
  const endMs = beginMs + seconds * 1000;
  let startMs = beginMs;
  while (startMs < endMs) {
    await batch(samples.length);
    const nowMs = performance.now();
    samples.push(1000 / (nowMs - startMs));
    startMs = nowMs;
  }
  const puts = samples.length * names.length;
  return {
    puts,
    outstanding: names.length,
    putsPerSecond: (puts / (startMs - beginMs)) * 1000,
    batchesPerSecond: spreadOf(samples),
  };
}
