import { errorText } from 'dm';
import type { PvaClient, PvaData } from 'epics-pva-ts';
import { setTimeout as delay } from 'node:timers/promises';
import { searchedAt } from './searched-at.js';

/** Until a monitor that was refused, or whose object was closed, is tried again. */
const AGAIN_MS = 1000;
/** Until a PV that was never there is told to be away: most are found sooner. */
const PATIENCE_MS = 2000;

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly request?: string;
  readonly queueSize?: number;
  /** What the PV must be, said when its server refuses. */
  readonly remedy?: string;
  /** @param isFirst since it was connected: what was there before */
  readonly onUpdate: (update: PvaData, isFirst: boolean) => Promise<void> | void;
  /** @param problem why there are no updates; empty: it is connected. */
  readonly onConnection: (problem: string) => void;
}

/** Follows a PV until the signal aborts: over lost servers, refusals, and objects that are closed and opened again. */
export async function followPv(client: PvaClient, pv: string, options: FollowOptions): Promise<void> {
  const { signal, request, queueSize, remedy, onUpdate, onConnection } = options;
  let away = `waits for ${pv}, ${searchedAt(client)}`;
  let isTold = false;
  let isFirst = true;
  const isOver = (): boolean => signal.aborted;
  const say = (problem: string): void => {
    isTold = true;
    onConnection(problem);
  };
  const tell = (isConnected: boolean): void => {
    isFirst = true;
    if (isConnected) away = `${pv} is not connected`;
    say(isConnected ? '' : away);
  };
  const giveUpPatience = (): void => {
    if (!isTold) say(away);
  };
  void delay(PATIENCE_MS, undefined, { signal, ref: false }).then(giveUpPatience, () => undefined);
  while (!isOver()) {
    try {
      for await (const update of client.monitor(pv, { request, queueSize, signal, onConnection: tell })) {
        const wasFirst = isFirst;
        isFirst = false;
        await onUpdate(update, wasFirst);
      }
      if (!isOver()) tell(false);
    } catch (error) {
      if (!isOver()) say([`${pv}: ${errorText(error)}`, remedy].filter(Boolean).join('; '));
    }
    await delay(AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
