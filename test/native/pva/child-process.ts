import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { usersEnvironment } from '../../users-environment.js';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that speaks in lines. */
export interface LineProcess {
  readonly process: ChildProcess;
  /** The next line of its output that starts with the word, without it. Rejects when the process ends first. */
  expect(word: string): Promise<string>;
  say(line: string): void;
  readonly exit: Promise<Exit>;
}

/** Start a process; it is killed after a minute. */
export function startProcess(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): LineProcess {
  const child = spawn(command, args, {
    env: { ...usersEnvironment(), ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 300_000,
    killSignal: 'SIGKILL',
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let hasEnded = false;
  const wake = (): void => {
    for (const check of [...waiting]) check();
  };
  createInterface(child.stdout)
    .on('line', (line) => {
      lines.push(line);
      wake();
    })
    .on('close', () => {
      hasEnded = true;
      wake();
    });
  const exit = once(child, 'exit').then((ended): Exit => {
    const [code, signal] = ended as [number | null, NodeJS.Signals | null];
    return { code, signal };
  });
  const expect = (word: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const index = lines.findIndex((line) => line === word || line.startsWith(`${word} `));
        if (index < 0 && !hasEnded) return;
        waiting.delete(check);
        if (index < 0) reject(new Error(`the process ended without saying ${word}; it said:\n${lines.join('\n')}`));
        else resolve((lines.splice(index, 1)[0] ?? '').slice(word.length + 1));
      };
      waiting.add(check);
      check();
    });
  return { process: child, expect, say: (line) => child.stdin.write(`${line}\n`), exit };
}

/** Start a scenario of scenarios.js, in a process of its own. */
export function startScenario(name: string, ...nodeOptions: readonly string[]): LineProcess {
  const script = new URL('./scenarios.js', import.meta.url).pathname;
  return startProcess(process.execPath, [...nodeOptions, script, name]);
}

/** Start a Python program of this folder. */
export function startPython(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): LineProcess {
  return startProcess('.venv/bin/python', ['-u', `test/native/pva/${file}`, ...args], environment);
}
