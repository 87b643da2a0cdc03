import { CaClosedError, CaDisconnectedError, CaError, CaPutFailedError, CaTimeoutError } from './ca-error.js';
import type { CaErrorCode } from './ca-error.js';

/** ECA_* message numbers (a status is the number shifted by three, with its severity below); source: caerr.h. */
const MESSAGE = {
  tooLarge: 9,
  timeout: 10,
  badType: 14,
  getFailed: 19,
  putFailed: 20,
  badCount: 22,
  badString: 23,
  disconnected: 24,
  putInProgress: 45,
  noReadAccess: 46,
  noWriteAccess: 47,
  noConversion: 50,
  channelDestroyed: 55,
} as const;

const CODES: Readonly<Record<number, readonly [CaErrorCode, string]>> = {
  [MESSAGE.tooLarge]: [
    'CA_TOO_LARGE',
    'the data is larger than the server or EPICS_CA_MAX_ARRAY_BYTES allows (ECA_TOLARGE)',
  ],
  [MESSAGE.badType]: ['CA_BAD_TYPE', 'the type is invalid (ECA_BADTYPE)'],
  [MESSAGE.getFailed]: ['CA_GET_FAILED', 'the server could not read it (ECA_GETFAIL)'],
  [MESSAGE.badCount]: ['CA_BAD_COUNT', 'the channel has not as many elements (ECA_BADCOUNT)'],
  [MESSAGE.badString]: ['CA_BAD_NAME', 'the name is not valid (ECA_BADSTR)'],
  [MESSAGE.noReadAccess]: ['CA_NO_READ_ACCESS', 'read access denied (ECA_NORDACCESS)'],
  [MESSAGE.noWriteAccess]: ['CA_NO_WRITE_ACCESS', 'write access denied (ECA_NOWTACCESS)'],
  [MESSAGE.noConversion]: ['CA_BAD_TYPE', 'the server can not convert between the types (ECA_NOCONVERT)'],
};

/** ECA_NORMAL: success. */
export const ECA_NORMAL = 1;

/** The error class and code of a libca status. */
export function errorOfStatus(ecaStatus: number, channelName: string, what: string): CaError {
  const number = ecaStatus >> 3;
  const details = { channelName, ecaStatus };
  const text = `${what} ${channelName}`;
  switch (number) {
    case MESSAGE.timeout:
    case MESSAGE.putInProgress:
      return new CaTimeoutError(`${text}: timed out in the CA library (ECA ${number})`, details);
    case MESSAGE.putFailed:
      return new CaPutFailedError(
        `${text}: the server says that it failed (ECA_PUTFAIL); the record's alarm may say why`,
        details,
      );
    case MESSAGE.disconnected:
      return new CaDisconnectedError(`${text}: the connection to the server was lost`, details);
    case MESSAGE.channelDestroyed:
      return new CaClosedError(`${text}: the channel was closed`, details);
  }
  const [code, reason] = CODES[number] ?? ['CA_FAILED', `the CA library says ECA ${number}`];
  return new CaError(code, `${text}: ${reason}`, details);
}
