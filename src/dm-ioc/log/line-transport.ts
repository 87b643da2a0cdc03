import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** How text leaves the process. */
export interface LineTransport {
  /** `done` comes later, once: what was taken is out, or can't be. */
  write(text: string, done: (error: Error | null) => void): void;
  /** What can't be taken without waiting is lost. */
  writeNow(text: string): void;
}

const RETRY_MS = 100;

/** A pipe or socket: Node's own stream, which never waits for the reader. */
function streamTransport(stream: NodeJS.WriteStream): LineTransport {
  stream.on('error', () => undefined);
  return {
    write: (text, done) => {
      stream.write(text, (error) => {
        done(error ?? null);
      });
    },
    writeNow: (text) => {
      stream.write(text);
    },
  };
}

/** A file, a device, or a terminal that doesn't wait. */
function fileTransport(fd: number): LineTransport {
  const writeRest = (rest: Buffer, done: (error: Error | null) => void): void => {
    write(fd, rest, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(writeRest, RETRY_MS, rest, done).unref();
      else if (error !== null) done(error);
      else if (written < rest.length) writeRest(rest.subarray(written), done);
      else done(null);
    });
  };
  return {
    write: (text, done) => {
      writeRest(Buffer.from(text), done);
    },
    writeNow: (text) => {
      try {
        writeSync(fd, text);
      } catch {
        // Nobody is left to be told.
      }
    },
  };
}

/** A terminal whose output is held (Ctrl-S) keeps its writer waiting, unless it is opened anew and otherwise. */
function openTerminal(fd: number): number {
  try {
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}

/** The right way for what stdout or stderr is. @param fd 1 or 2 */
export function lineTransport(fd: 1 | 2): LineTransport {
  try {
    const status = fstatSync(fd);
    if (status.isFIFO() || status.isSocket()) return streamTransport(fd === 1 ? process.stdout : process.stderr);
  } catch {
    // Closed: every write says so.
  }
  return fileTransport(isatty(fd) ? openTerminal(fd) : fd);
}
