import { open, readFile, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { parseRunnerStatus, type RunnerStatus } from './stage-runner.js';

/** The last part of a text, and how many bytes were left out. */
export interface OutputTail {
  readonly text: string;
  readonly omittedBytes: number;
}

const NO_OUTPUT: OutputTail = { text: '', omittedBytes: 0 };

/** What a process of a stage leaves behind: a directory with its output and its exit status, which outlive this program. */
export class ProcessDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Tells it from every other, whatever way leads to it. */
  get key(): string {
    return `/${basename(dirname(this.path))}/${basename(this.path)}`;
  }

  /** @returns undefined when no runner has claimed the directory */
  async status(): Promise<RunnerStatus | undefined> {
    const text = await readFile(join(this.path, 'status'), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : parseRunnerStatus(text);
  }

  /** When the status was written last, in Unix seconds; undefined when there is none. */
  async statusTime(): Promise<number | undefined> {
    return await stat(join(this.path, 'status')).then(
      ({ mtimeMs }) => mtimeMs / 1000,
      () => undefined,
    );
  }

  /** Keep a runner that may still come from claiming the directory. @returns false when one has claimed it */
  async revoke(): Promise<boolean> {
    try {
      await writeFile(join(this.path, 'status'), 'revoked\n', { flag: 'wx' });
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }

  /** How much the command has written so far, in bytes. */
  async sizeOf(name: 'out' | 'err'): Promise<number> {
    return await stat(join(this.path, name)).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** The last bytes of what the command has written so far, cut at a character. @param goesOn whether the last character may be half written */
  async output(name: 'out' | 'err', limitBytes: number, goesOn = false): Promise<OutputTail> {
    try {
      const path = join(this.path, name);
      const { size } = await stat(path);
      if (size === 0) return NO_OUTPUT;
      const file = await open(path);
      try {
        const omittedBytes = Math.max(0, size - limitBytes);
        const buffer = Buffer.alloc(size - omittedBytes);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, omittedBytes);
        return { text: textOf(buffer.subarray(0, bytesRead), omittedBytes > 0, goesOn), omittedBytes };
      } finally {
        await file.close();
      }
    } catch {
      return NO_OUTPUT;
    }
  }

  /** Give back the space of all but the last bytes of an output; the command has ended. */
  async shrink(name: 'out' | 'err', limitBytes: number): Promise<void> {
    const file = await open(join(this.path, name), 'r+');
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(limitBytes);
      const { bytesRead } = await file.read(buffer, 0, limitBytes, Math.max(0, size - limitBytes));
      await file.write(buffer, 0, bytesRead, 0);
      await file.truncate(bytesRead);
    } finally {
      await file.close();
    }
  }

  async remove(): Promise<void> {
    await Promise.all(['status', 'out', 'err'].map((name) => unlink(join(this.path, name)).catch(() => undefined)));
    await rmdir(this.path);
  }
}

/** @param isCut whether the bytes may begin within a character @param goesOn whether they may end within one */
function textOf(bytes: Buffer, isCut: boolean, goesOn: boolean): string {
  let start = 0;
  if (isCut) while (start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  const decoder = new StringDecoder('utf8');
  const text = decoder.write(bytes.subarray(start));
  return goesOn ? text : text + decoder.end();
}
