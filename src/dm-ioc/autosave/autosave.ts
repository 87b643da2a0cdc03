import { errorText, makeDirectory } from 'dm';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import writeFileAtomic from 'write-file-atomic';
import { StartupError } from '../errors.js';
import { formatSaveFile, parseSaveFile, type SavedValues } from './save-file.js';

const FILE_NAME = 'dm-ioc.sav';
const BACKUP_NAME = 'dm-ioc.savB';
const QUIET_TIME_MS = 250;

/** Keeps values in a file, in the manner of synApps autosave: written a moment after a change, and a backup of what was restored. */
export class Autosave {
  readonly #file: string;
  readonly #version: string;
  readonly #collect: () => SavedValues;
  readonly #log: Logger;
  #saved = '';
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param collect what is to be kept, asked for at each writing
   * @throws StartupError AUTOSAVE_DIRECTORY
   */
  constructor(directory: string, version: string, collect: () => SavedValues, log: Logger) {
    prepareDirectory(directory);
    this.#file = join(directory, FILE_NAME);
    this.#version = version;
    this.#collect = collect;
    this.#log = log;
  }

  /** What was saved last. @throws StartupError AUTOSAVE_UNREADABLE when the file is there but can't be read */
  static restore(directory: string, log: Logger): SavedValues {
    for (const name of [FILE_NAME, BACKUP_NAME]) {
      const file = join(directory, name);
      if (!existsSync(file)) continue;
      let values: SavedValues | null;
      try {
        values = parseSaveFile(readFileSync(file, 'utf8'));
      } catch (error) {
        const reason = errorText(error);
        throw new StartupError(
          'AUTOSAVE_UNREADABLE',
          `autosave file ${file}: ${reason}; make it readable, or remove it`,
        );
      }
      if (values !== null) {
        if (name === FILE_NAME) writeFileAtomic.sync(join(directory, BACKUP_NAME), readFileSync(file));
        return values;
      }
      log.warn({ file }, 'autosave file without an end mark is ignored');
    }
    return new Map();
  }

  /** Something may have changed: save soon. */
  touch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.save();
    }, QUIET_TIME_MS);
  }

  /** Save now, if anything has changed. A failure is logged, never thrown: the IOC goes on. */
  save(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Save a last time. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.save();
  }

  async #write(): Promise<void> {
    const content = formatSaveFile(this.#collect(), this.#version);
    if (content === this.#saved) return;
    try {
      await writeFileAtomic(this.#file, content);
      this.#saved = content;
    } catch (error) {
      const reason = errorText(error);
      this.#log.error({ file: this.#file, reason }, 'autosave failed: setpoints would be lost at a restart');
    }
  }
}

function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    const reason = errorText(error);
    throw new StartupError(
      'AUTOSAVE_DIRECTORY',
      `autosave directory ${directory} can't be made: ${reason}; set autosave.directory to one that can`,
      { cause: error },
    );
  }
}
