import { printableText } from '../printable-text.js';
import { timeText } from '../time-text.js';

const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** A logged line of JSON as text for people. A stack keeps its lines. */
export function logText(line: string): string {
  const { level, time, msg, stack, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? printableText(value) : JSON.stringify(value)}`,
  );
  const head = `${timeText(Number(time))} ${LEVELS[Number(level)] ?? ''} ${typeof msg === 'string' ? printableText(msg) : ''}`;
  const trace = typeof stack === 'string' ? `\n${stack}` : '';
  return `${[head, ...details].join(' ')}${trace}\n`;
}
