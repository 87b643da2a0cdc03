import { readFileSync } from 'node:fs';
import type { JobArguments, Workflow } from 'dm';

/** Leaves one line in `$log` for each process that runs. */
const mark = (line: string): string => `echo "${line}" >> "$log"`;

/**
 * A workflow of every kind of stage: one process, one per file in turn and side by side, repeated, left out. Each process lasts for about `$pause` s.
 * @param owner of the workflow
 */
export function countedWorkflow(owner: string): Workflow {
  return {
    name: 'counted',
    owner,
    stages: {
      '1-ONE': {
        command: `${mark('one')}; sleep $pause; echo "token=$(cat /proc/sys/kernel/random/uuid)"`,
        outputVariableRegexList: ['token=(?P<token>\\S+)'],
      },
      '2-TURN': { command: `${mark('turn $filePath')}; sleep $pause` },
      '3-SIDE': { command: `${mark('side $filePath')}; sleep $pause`, parallelExec: true },
      '4-REPEAT': {
        command: `${mark('repeat')}; sleep $pause; echo "count=$(grep -c repeat "$log")"`,
        outputVariableRegexList: ['count=(?P<count>\\d+)'],
        repeatPeriod: 0.05,
        repeatUntil: '"$count" == "3"',
        maxRepeats: 9,
      },
      '5-NEVER': { command: mark('never'), runIf: '"$count" != "3"' },
      '6-LAST': { command: mark('last $count $token'), runIf: '"$count" == "3"' },
    },
  };
}

/** @param log path of a file that isn't there yet @param pause in seconds */
export function countedArguments(log: string, pause: number): JobArguments {
  return { filePathList: ['a', 'b', 'c'], log, pause: String(pause) };
}

/** What ran, with the order of those that run side by side taken out; the token of the first stage reached the last one. */
export function countedLines(log: string, token: unknown): string[] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  const side = lines.filter((line) => line.startsWith('side')).sort();
  return lines.map((line) => (line.startsWith('side') ? (side.shift() ?? '') : line.replace(String(token), 'TOKEN')));
}

/** What must have run, each once. */
export const COUNTED_LINES = [
  'one',
  ...['a', 'b', 'c'].map((file) => `turn ${file}`),
  ...['a', 'b', 'c'].map((file) => `side ${file}`),
  'repeat',
  'repeat',
  'repeat',
  'last 3 TOKEN',
];
