/** One file of the storage that is being written by somebody. */
interface Writing {
  nWriters: number;
  isContested: boolean;
}

/**
 * Knows which files of the storage several transfers write at once. Each puts its version in place and then its row into the catalogue, so the row that
 * comes last may be of another version than the file. Who is last sees to it that the row is of what is there.
 */
export class ContestedFiles {
  readonly #writings = new Map<string, Writing>();

  /** Somebody begins to write a file. */
  begin(key: string): void {
    const writing = this.#writings.get(key);
    if (writing === undefined) this.#writings.set(key, { nWriters: 1, isContested: false });
    else Object.assign(writing, { nWriters: writing.nWriters + 1, isContested: true });
  }

  /**
   * Somebody has written his row, or gives up.
   * @returns true for the last one of several, who counts as a writer until he has looked at the file and ends again
   */
  end(key: string): boolean {
    const writing = this.#writings.get(key);
    if (writing === undefined) return false;
    if (writing.nWriters === 1 && writing.isContested) {
      writing.isContested = false;
      return true;
    }
    writing.nWriters--;
    if (writing.nWriters === 0) this.#writings.delete(key);
    return false;
  }
}
