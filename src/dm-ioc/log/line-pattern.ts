/**
 * A line of the log that native code writes when JavaScript can't, in the form of the others. `{ms}` and `{local}` stand for the time.
 */
export function linePattern(format: 'text' | 'json', message: string): string {
  return format === 'json'
    ? `{"level":50,"time":{ms},"msg":${JSON.stringify(message)}}\n`
    : `{local} ERROR ${message}\n`;
}
