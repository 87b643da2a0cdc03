import { PvaError } from './pva-error.js';
import { shortText } from './short-text.js';

const LONGEST_ERROR = 4000;

/** The text a client gets for an error of a handler: `CODE: message`. A string `code` of the error is kept, so that the
 * client finds it as {@link PvaError.remoteCode}; other errors are PVA_HANDLER. */
export function remoteErrorText(error: unknown): string {
  try {
    const message = error instanceof Error ? error.message : String(error);
    return shortText(`${errorCode(error)}: ${message}`, LONGEST_ERROR);
  } catch {
    return 'PVA_HANDLER: an error that has no text';
  }
}

/** The code of an error of a handler. */
export function errorCode(error: unknown): string {
  if (error instanceof PvaError && error.code === 'PVA_REMOTE' && error.remoteCode) return error.remoteCode;
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'PVA_HANDLER';
}
