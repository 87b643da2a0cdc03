/** Stable codes of everything that a Channel Access operation can fail with. */
export type CaErrorCode =
  | 'CA_TIMEOUT'
  | 'CA_DISCONNECTED'
  | 'CA_PUT_FAILED'
  | 'CA_GET_FAILED'
  | 'CA_NO_WRITE_ACCESS'
  | 'CA_NO_READ_ACCESS'
  | 'CA_BAD_TYPE'
  | 'CA_BAD_COUNT'
  | 'CA_BAD_VALUE'
  | 'CA_BAD_NAME'
  | 'CA_STRING_TOO_LONG'
  | 'CA_TOO_LARGE'
  | 'CA_CLOSED'
  | 'CA_OPTION'
  | 'CA_FAILED';

export interface CaErrorDetails extends ErrorOptions {
  readonly channelName?: string;
  /** ECA_* number of libca, when it has spoken. */
  readonly ecaStatus?: number;
}

/** A Channel Access operation failed. */
export class CaError extends Error {
  override readonly name: string = 'CaError';
  readonly code: CaErrorCode;
  readonly channelName: string | undefined;
  readonly ecaStatus: number | undefined;

  constructor(code: CaErrorCode, message: string, details: CaErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.channelName = details.channelName;
    this.ecaStatus = details.ecaStatus;
  }
}

/** Nobody answered in time. */
export class CaTimeoutError extends CaError {
  override readonly name = 'CaTimeoutError';
  constructor(message: string, details?: CaErrorDetails) {
    super('CA_TIMEOUT', message, details);
  }
}

/** The connection was lost with the operation under way: whether the server has done it isn't known. */
export class CaDisconnectedError extends CaError {
  override readonly name = 'CaDisconnectedError';
  constructor(message: string, details?: CaErrorDetails) {
    super('CA_DISCONNECTED', message, details);
  }
}

/** The server took the put and then said that it failed (ECA_PUTFAIL). The record's alarm usually says why. */
export class CaPutFailedError extends CaError {
  override readonly name = 'CaPutFailedError';
  /** The record's alarm message (AMSG, at most 39 bytes) right after the failure; empty when it has none, or the server is older than base 7.0.6. */
  readonly alarmMessage: string;
  constructor(message: string, details: CaErrorDetails & { readonly alarmMessage?: string } = {}) {
    super('CA_PUT_FAILED', message, details);
    this.alarmMessage = details.alarmMessage ?? '';
  }
}

/** The client or the channel was closed. */
export class CaClosedError extends CaError {
  override readonly name = 'CaClosedError';
  constructor(message: string, details?: CaErrorDetails) {
    super('CA_CLOSED', message, details);
  }
}
