import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { formatSaved, parseSaved, type SavedValues } from './save-file.js';

const FILE_NAME = /^dm-ioc\.journal\.(?<number>\d+)$/u;

function pathOf(directory: string, number: number): string {
  return join(directory, `dm-ioc.journal.${number}`);
}

/** The journals of a directory, oldest first. */
function numbersIn(directory: string): number[] {
  if (!existsSync(directory)) return [];
  const found = readdirSync(directory).flatMap((name) => FILE_NAME.exec(name)?.groups?.['number'] ?? []);
  return found.map(Number).sort((a, b) => a - b);
}

/**
 * What has changed since the save file was written, one line each. A line is there when the system has taken it, without waiting for
 * the disk: it survives this process however that ends, not the machine.
 */
export class Journal {
  readonly #directory: string;
  readonly #collect: () => SavedValues;
  #number: number;
  #hasLines = false;
  #open: { readonly number: number; readonly file: FileHandle } | undefined;
  #isWriting = false;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** @param collect what has changed since it was asked last */
  constructor(directory: string, collect: () => SavedValues) {
    this.#directory = directory;
    this.#collect = collect;
    this.#number = (numbersIn(directory).at(-1) ?? 0) + 1;
  }

  /** What the journals say last of each name. @param first older ones are in the save file */
  static restore(directory: string, first: number): SavedValues {
    const numbers = numbersIn(directory).filter((number) => number >= first);
    const texts = numbers.map((number) => readFileSync(pathOf(directory, number), 'utf8'));
    // A line without an end was not written whole.
    return new Map(texts.flatMap((text) => text.split('\n').slice(0, -1).map(parseSaved)));
  }

  /**
   * Resolves when what has changed until now is written. It is collected at once, or, while something is being written, for all who
   * wait together. @throws Error of the file system
   */
  write(): Promise<void> {
    if (!this.#isWriting) return this.#begin();
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#begin();
      });
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#isWriting = true;
    this.#writing = this.#append().finally(() => {
      this.#isWriting = this.#next !== undefined;
    });
    return this.#writing;
  }

  /** What is collected from now on goes into the journal of this number, and `forget` removes those of before. */
  cut(): { readonly number: number; readonly forget: () => Promise<void> } {
    if (this.#hasLines) this.#number += 1;
    this.#hasLines = false;
    const number = this.#number;
    const before = this.#writing;
    const forget = async (): Promise<void> => {
      await before.catch(() => undefined);
      const old = numbersIn(this.#directory).filter((one) => one < number);
      await Promise.all(old.map((one) => unlink(pathOf(this.#directory, one))));
    };
    return { number, forget };
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#open?.file.close();
    this.#open = undefined;
  }

  async #append(): Promise<void> {
    let rest = Buffer.from(formatSaved(this.#collect()));
    if (rest.length === 0) return;
    this.#hasLines = true;
    // Without a turn in between: what else there is to do goes on beside the writing.
    const file = this.#open?.number === this.#number ? this.#open.file : await this.#reopen(this.#number);
    while (rest.length > 0) rest = rest.subarray((await file.write(rest)).bytesWritten);
  }

  async #reopen(number: number): Promise<FileHandle> {
    await this.#open?.file.close();
    this.#open = undefined;
    const file = await open(pathOf(this.#directory, number), 'a');
    this.#open = { number, file };
    return file;
  }
}
