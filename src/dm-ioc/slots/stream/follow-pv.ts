import { errorText } from 'dm';
import type { PvaClient, PvaData } from 'epics-pva-ts';
import { setTimeout as delay } from 'node:timers/promises';

/** Until a monitor that was refused, or whose object was closed, is tried again. */
const AGAIN_MS = 1000;

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly request?: string;
  readonly queueSize?: number;
  /** @param isFirst since it was connected: what was there before */
  readonly onUpdate: (update: PvaData, isFirst: boolean) => Promise<void> | void;
  /** @param problem why there are no updates; empty: it is connected. Told from the beginning. */
  readonly onConnection: (problem: string) => void;
}

/** Follows a PV until the signal aborts: over lost servers, refusals, and objects that are closed and opened again. */
export async function followPv(client: PvaClient, pv: string, options: FollowOptions): Promise<void> {
  const { signal, request, queueSize, onUpdate, onConnection } = options;
  const away = `${pv} is not connected`;
  let isFirst = true;
  const isOver = (): boolean => signal.aborted;
  const tell = (isConnected: boolean): void => {
    isFirst = true;
    onConnection(isConnected ? '' : away);
  };
  tell(false);
  while (!isOver()) {
    try {
      for await (const update of client.monitor(pv, { request, queueSize, signal, onConnection: tell })) {
        const wasFirst = isFirst;
        isFirst = false;
        await onUpdate(update, wasFirst);
      }
      if (!isOver()) tell(false);
    } catch (error) {
      if (!isOver()) onConnection(`${pv}: ${errorText(error)}`);
    }
    await delay(AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
