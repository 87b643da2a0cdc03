import { pino, type Logger } from 'pino';
import { LineOutput } from './line-output.js';
import { logText } from './log-text.js';

export interface LogOptions {
  readonly level: string;
  readonly format: 'text' | 'json';
}

const STDERR = 2;

/**
 * The log. It goes to stderr: stdout belongs to the shell and to the line that says where the IOC is.
 * @param output for whoever wants to flush it
 */
export function createLog({ level, format }: LogOptions, output = new LineOutput(STDERR)): Logger {
  const toLine = format === 'json' ? (line: string) => line : logText;
  const log = pino(
    { level, base: null },
    {
      write: (line) => {
        output.write(toLine(line));
      },
    },
  );
  output.onLoss = (lines) => {
    log.warn({ lines }, 'log lines were lost: nobody took them');
  };
  return log;
}
