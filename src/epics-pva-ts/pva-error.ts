import type { NativeError, NativeErrorCode } from 'node-pvxs';

/** Codes of {@link PvaError}: those of node-pvxs, and
 *
 * | code | meaning |
 * |---|---|
 * | PVA_READ_ONLY | the PV takes no puts |
 * | PVA_ARGUMENTS | an RPC's arguments don't fit its schema |
 * | PVA_OPTION | an option that the call doesn't know |
 * | PVA_HANDLER | a handler failed with an error that has no code of its own |
 */
export type PvaErrorCode = NativeErrorCode | 'PVA_READ_ONLY' | 'PVA_ARGUMENTS' | 'PVA_OPTION' | 'PVA_HANDLER';

/** What an error is about. */
export interface PvaErrorDetails {
  /** The PV. */
  readonly pvName?: string | undefined;
  /** The field that doesn't fit, such as `value.speed[3]`. */
  readonly path?: string | undefined;
  readonly cause?: unknown;
}

/** Every error of this package. */
export class PvaError extends Error {
  override readonly name = 'PvaError';
  readonly code: PvaErrorCode;
  readonly pvName: string | undefined;
  readonly path: string | undefined;
  /** With PVA_REMOTE: the code at the start of the server's message, such as `PVA_ARGUMENTS`, if it has one. */
  readonly remoteCode: string | undefined;

  constructor(code: PvaErrorCode, message: string, details: PvaErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.pvName = details.pvName;
    this.path = details.path;
    this.remoteCode = code === 'PVA_REMOTE' ? /^([A-Z][A-Z0-9_]*): /.exec(message)?.[1] : undefined;
  }

  /** The PvaError of anything thrown; the PV's name goes in front of the message. */
  static from(error: unknown, pvName?: string): PvaError {
    if (error instanceof PvaError && (error.pvName !== undefined || pvName === undefined)) return error;
    const message = error instanceof Error ? error.message : String(error);
    const { code, path } = error instanceof Error ? (error as Partial<NativeError>) : {};
    const isNative = typeof code === 'string' && code.startsWith('PVA_');
    const text = isNative && code !== 'PVA_REMOTE' ? [pvName, path, message].filter(Boolean).join(': ') : message;
    return new PvaError(isNative ? code : 'PVA_ERROR', text, { pvName, path, cause: error });
  }
}
