import { Backoff, errorText } from 'dm';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { StartupError } from '../errors.js';
import { Journal } from './journal.js';
import { formatSaveFile, parseSaveFile, type SavedValues } from './save-file.js';

const FILE_NAME = 'dm-ioc.sav';
const BACKUP_NAME = 'dm-ioc.savB';
const QUIET_TIME_MS = 250;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;
/** Who waits for a disk that doesn't answer waits no longer than this. */
const LIMIT_MS = 3000;

export interface AutosaveOptions {
  readonly directory: string;
  readonly version: string;
  /** What is to be kept, asked for at each writing. */
  readonly collect: () => SavedValues;
  /** What of it can't wait for the disk and has changed since it was asked for last. */
  readonly collectQuick: () => SavedValues;
  /** Called when a writing fails, with the reason, and with null when one succeeds after that. */
  readonly onOutcome: (reason: string | null) => void;
}

/**
 * Keeps values in a file, in the manner of synApps autosave: at once for a put that waits for it, else a moment after a change. A backup
 * is made of what was restored. What can't be written is tried again.
 */
export class Autosave {
  readonly #options: AutosaveOptions;
  readonly #file: string;
  readonly #journal: Journal;
  #saved = '';
  readonly #backoff = new Backoff({ firstMs: () => FIRST_RETRY_MS, longestMs: () => LONGEST_RETRY_MS });
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(options: AutosaveOptions) {
    this.#options = options;
    this.#file = join(options.directory, FILE_NAME);
    this.#journal = new Journal(options.directory, options.collectQuick);
  }

  /** What was saved last. @throws StartupError AUTOSAVE_UNREADABLE when the file is there but can't be read */
  static restore(directory: string, onIgnored: (file: string) => void): SavedValues {
    for (const name of [FILE_NAME, BACKUP_NAME]) {
      const file = join(directory, name);
      if (!existsSync(file)) continue;
      let found: ReturnType<typeof parseSaveFile>;
      let newer: SavedValues;
      try {
        found = parseSaveFile(readFileSync(file, 'utf8'));
        newer = Journal.restore(directory, found?.journal ?? 0);
      } catch (error) {
        const reason = errorText(error);
        throw new StartupError(
          'AUTOSAVE_UNREADABLE',
          `autosave file ${file}: ${reason}; make it readable, or remove it`,
        );
      }
      if (found !== null) {
        if (name === FILE_NAME) writeFileAtomic.sync(join(directory, BACKUP_NAME), readFileSync(file));
        return new Map([...found.values, ...newer]);
      }
      onIgnored(file);
    }
    return Journal.restore(directory, 0);
  }

  /** Something may have changed: save soon. */
  touch(): void {
    this.#saveAfter(QUIET_TIME_MS);
  }

  /**
   * Resolves when what has changed until now is in the file, when that has failed, or after a few seconds. All who wait share one
   * writing. Never rejects.
   */
  save(): Promise<void> {
    this.#next ??= this.#limited(
      this.#writing.then(() => {
        this.#next = undefined;
        this.#writing = this.#write();
        return this.#writing;
      }),
    );
    return this.#next;
  }

  /**
   * Resolves when what `collectQuick` tells survives this process, not yet the machine: in less than a millisecond, where `save` waits
   * for the disk. Never rejects; what can't be written is saved in the other way.
   */
  async saveQuickly(): Promise<void> {
    try {
      await this.#journal.write();
    } catch (error) {
      this.#fail(errorText(error));
    }
  }

  /** Save a last time. */
  async close(): Promise<void> {
    await this.save();
    clearTimeout(this.#timer);
    await this.#journal.close();
  }

  #saveAfter(delayMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.save();
    }, delayMs);
  }

  #limited(saving: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#fail(`not written within ${LIMIT_MS / 1000} s`);
        resolve();
      }, LIMIT_MS);
      void saving.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #fail(reason: string): void {
    if (!this.#backoff.isFailing) this.#options.onOutcome(reason);
    this.#saveAfter(this.#backoff.next());
  }

  async #write(): Promise<void> {
    const { collect, version, onOutcome } = this.#options;
    const { number, forget } = this.#journal.cut();
    const content = formatSaveFile(collect(), version, number);
    if (content === this.#saved) return;
    try {
      await writeFileAtomic(this.#file, content);
      await forget();
      this.#saved = content;
      if (this.#backoff.isFailing) onOutcome(null);
      this.#backoff.reset();
    } catch (error) {
      this.#fail(errorText(error));
    }
  }
}
