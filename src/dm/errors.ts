/**
 * DM's status codes with our stable text codes. Source: DM's exception table as the vendor package maps it
 * (5, 6, 12, 14, 15, 16, 19 and 22 confirmed; the others by the sibling framework).
 */
export const DM_ERROR_CODES = {
  DM_ERROR: 1,
  DM_INTERNAL: 2,
  DM_COMMUNICATION: 3,
  /** A command was sent and its reply was lost: DM may or may not have done it. Ours; DM has no number for it. */
  DM_OUTCOME_UNKNOWN: 3,
  DM_CONFIGURATION: 4,
  DM_AUTHORIZATION: 5,
  DM_AUTHENTICATION: 6,
  DM_DB: 7,
  DM_URL: 8,
  DM_TIMEOUT: 9,
  DM_INVALID_ARGUMENT: 10,
  DM_INVALID_REQUEST: 11,
  DM_INVALID_SESSION: 12,
  DM_COMMAND_FAILED: 13,
  DM_OBJECT_NOT_FOUND: 14,
  DM_OBJECT_ALREADY_EXISTS: 15,
  DM_INVALID_OBJECT_STATE: 16,
  DM_SERVICE_LIMIT: 19,
  DM_TASK_TIMEOUT: 22,
} as const;
export type DmErrorCode = keyof typeof DM_ERROR_CODES;

const MAX_CHARACTERS = 1000;

/** What users give stands in messages, and may be of any length: the middle is left out, as the point is in the beginning and the remedy in the end. */
function withoutMiddle(message: string): string {
  if (message.length <= MAX_CHARACTERS) return message;
  const [head, tail] = [message.slice(0, 200), message.slice(-200)];
  return `${head}… (${message.length - head.length - tail.length} characters) …${tail}`;
}

/** Any failure of DM, local or remote. `code` is ours and stable, `statusCode` is DM's number. */
export class DmError extends Error {
  override readonly name: string = 'DmError';
  readonly code: DmErrorCode;
  readonly statusCode: number;

  constructor(code: DmErrorCode, message: string, options?: ErrorOptions & { statusCode?: number }) {
    super(withoutMiddle(message), options);
    this.code = code;
    this.statusCode = options?.statusCode ?? DM_ERROR_CODES[code];
  }
}

export class DmObjectNotFoundError extends DmError {
  override readonly name = 'DmObjectNotFoundError';
  constructor(message: string, options?: ErrorOptions) {
    super('DM_OBJECT_NOT_FOUND', message, options);
  }
}

export class DmObjectAlreadyExistsError extends DmError {
  override readonly name = 'DmObjectAlreadyExistsError';
  constructor(message: string, options?: ErrorOptions) {
    super('DM_OBJECT_ALREADY_EXISTS', message, options);
  }
}

export class DmInvalidArgumentError extends DmError {
  override readonly name = 'DmInvalidArgumentError';
  constructor(message: string, options?: ErrorOptions) {
    super('DM_INVALID_ARGUMENT', message, options);
  }
}

export class DmInvalidObjectStateError extends DmError {
  override readonly name = 'DmInvalidObjectStateError';
  constructor(message: string, options?: ErrorOptions) {
    super('DM_INVALID_OBJECT_STATE', message, options);
  }
}

export class DmCommunicationError extends DmError {
  override readonly name = 'DmCommunicationError';
  constructor(message: string, options?: ErrorOptions) {
    super('DM_COMMUNICATION', message, options);
  }
}
