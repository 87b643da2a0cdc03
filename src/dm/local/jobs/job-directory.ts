import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inTurns } from '../in-turns.js';
import { ProcessDirectory } from './process-directory.js';

const pathsSchema = z.array(z.string());
const INPUT = 'input.json';
/** So many processes that have ended may keep their directories. */
const MANY = 100;
const PATHS_PER_TURN = 5000;

/** The directory of one job, `<root>/jobs/<id>`, while it has not ended: a directory for each of its processes, and the list of its files. */
export class JobDirectory {
  readonly #path: string;
  /** Of an earlier engine: how often each process was to be started. */
  #attempts: ReadonlyMap<number, number> = new Map();
  readonly #forgotten: ProcessDirectory[] = [];
  #removing = Promise.resolve();

  constructor(jobsDirectory: string, id: string) {
    this.#path = join(jobsDirectory, id);
  }

  /** Learn what an earlier engine left. */
  async takeOver(): Promise<void> {
    const names = await readdir(this.#path).catch(() => []);
    const attempts = new Map<number, number>();
    for (const name of names) {
      const [, number, attempt = '1'] = /^(\d+)(?:\.(\d+))?$/u.exec(name) ?? [];
      if (number === undefined) continue;
      attempts.set(Number(number), Math.max(Number(attempt), attempts.get(Number(number)) ?? 0));
    }
    this.#attempts = attempts;
  }

  /** The directory that an earlier engine made for a process. */
  left(processNumber: number): ProcessDirectory | undefined {
    const attempt = this.#attempts.get(processNumber);
    return attempt === undefined ? undefined : new ProcessDirectory(this.#pathOf(processNumber, attempt));
  }

  /** An empty directory for a process that is to be started. @throws the system's error */
  async make(processNumber: number): Promise<ProcessDirectory> {
    const path = this.#pathOf(processNumber, (this.#attempts.get(processNumber) ?? 0) + 1);
    await mkdir(path, { recursive: true });
    return new ProcessDirectory(path);
  }

  /** Keep the list of files, which must not change when the job is taken up again. @throws the system's error */
  async keepInput(paths: readonly string[]): Promise<void> {
    await mkdir(this.#path, { recursive: true });
    const file = join(this.#path, INPUT);
    await writeFile(`${file}.new`, jsonParts(paths));
    await rename(`${file}.new`, file);
  }

  /** @returns undefined when no list was kept */
  async keptInput(): Promise<readonly string[] | undefined> {
    const text = await readFile(join(this.#path, INPUT), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : pathsSchema.parse(JSON.parse(text));
  }

  /** The end of a process is recorded: what it left is removed, of a job with many processes before the job's end. */
  forget(process: ProcessDirectory): void {
    this.#forgotten.push(process);
    if (this.#forgotten.length >= MANY) this.#removeForgotten();
  }

  /** What can't be removed is removed at the next start. */
  async remove(): Promise<void> {
    this.#removeForgotten();
    await this.#removing;
    await rmdir(this.#path)
      .catch(() => rm(this.#path, { recursive: true, force: true }))
      .catch(() => undefined);
  }

  #removeForgotten(): void {
    const processes = this.#forgotten.splice(0);
    this.#removing = this.#removing.then(async () => {
      await Promise.all(processes.map((process) => process.remove().catch(() => undefined)));
    });
  }

  #pathOf(processNumber: number, attempt: number): string {
    return join(this.#path, attempt === 1 ? String(processNumber) : `${processNumber}.${attempt}`);
  }
}

/** A list as JSON, of which one part after the other is made. */
async function* jsonParts(paths: readonly string[]): AsyncGenerator<string> {
  let separator = '[';
  for await (const slice of inTurns(paths, PATHS_PER_TURN)) {
    yield `${separator}${JSON.stringify(slice).slice(1, -1)}`;
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}

/** Remove the directories of jobs that have ended. @returns the names of the others */
export async function sweepJobDirectories(
  jobsDirectory: string,
  activeIds: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const names = await readdir(jobsDirectory).catch(() => []);
  for (const name of names.filter((one) => !activeIds.has(one))) void new JobDirectory(jobsDirectory, name).remove();
  return new Set(names.filter((one) => activeIds.has(one)));
}
