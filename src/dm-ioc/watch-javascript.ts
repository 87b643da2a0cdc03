import type { Ioc } from 'node-epics-ca';
import type { Logger } from 'pino';
import type { Config } from './config/config.js';
import { linePattern } from './log/line-pattern.js';
import type { Binding } from './pvs/binding.js';

const STALLED = 'JavaScript does not answer: PVs keep their values and puts wait';

/** Lets `Heartbeat` and the log show when this process stands still. */
export function watchJavaScript(ioc: Ioc, bindings: readonly Binding[], config: Config, log: Logger): void {
  const heartbeat = bindings.find(({ record }) => record.address === 'service.heartbeat');
  ioc.watch({
    ...(heartbeat !== undefined && { record: heartbeat.record }),
    line: linePattern(config.log.format, STALLED),
    onAnswer: (stalledMs) => {
      log.warn({ stalledMs: Math.round(stalledMs), stalls: ioc.counters().stalls }, 'JavaScript answers again');
    },
  });
}
