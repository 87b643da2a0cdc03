/** The last bytes of a stream, cut at a character. */
export class OutputTail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;
  #total = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Bytes that were let go. */
  get omittedBytes(): number {
    return this.#total - this.#length;
  }

  push(chunk: Buffer): void {
    this.#total += chunk.length;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    // Twice the limit may gather, so that many small chunks are joined rarely.
    if (this.#length > 2 * this.#limit) this.#trim();
  }

  text(): string {
    if (this.#length > this.#limit) this.#trim();
    const bytes = Buffer.concat(this.#chunks);
    let start = 0;
    if (this.omittedBytes > 0) while (start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
    return bytes.toString('utf8', start);
  }

  #trim(): void {
    const bytes = Buffer.from(Buffer.concat(this.#chunks).subarray(-this.#limit));
    this.#chunks = [bytes];
    this.#length = bytes.length;
  }
}
