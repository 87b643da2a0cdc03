import {
  DM_ERROR_CODES,
  DmCommunicationError,
  DmError,
  DmInvalidArgumentError,
  DmInvalidObjectStateError,
  DmObjectAlreadyExistsError,
  DmObjectNotFoundError,
  type DmErrorCode,
} from '../errors.js';

/** The errors that have a class of their own. */
const CLASSES: Partial<Record<DmErrorCode, new (message: string) => DmError>> = {
  DM_OBJECT_NOT_FOUND: DmObjectNotFoundError,
  DM_OBJECT_ALREADY_EXISTS: DmObjectAlreadyExistsError,
  DM_INVALID_ARGUMENT: DmInvalidArgumentError,
  DM_INVALID_OBJECT_STATE: DmInvalidObjectStateError,
  DM_COMMUNICATION: DmCommunicationError,
};

/** The body of an application error; DM sends it with HTTP 200. */
export interface WireError {
  readonly errorMessage: string;
  readonly errorCode: number;
  readonly exceptionType: string;
}

export const STATUS_CODE_HEADER = 'dm-status-code';
export const STATUS_MESSAGE_HEADER = 'dm-status-message';
const EXCEPTION_TYPE_HEADER = 'dm-exception-type';
export const SESSION_ROLE_HEADER = 'dm-session-role';

const EXCEPTION_TYPES: Readonly<Record<DmErrorCode, string>> = {
  DM_ERROR: 'DmException',
  DM_INTERNAL: 'InternalError',
  DM_COMMUNICATION: 'CommunicationError',
  DM_OUTCOME_UNKNOWN: 'CommunicationError',
  DM_CONFIGURATION: 'ConfigurationError',
  DM_AUTHORIZATION: 'AuthorizationError',
  DM_AUTHENTICATION: 'AuthenticationError',
  DM_DB: 'DbError',
  DM_URL: 'UrlError',
  DM_TIMEOUT: 'Timeout',
  DM_INVALID_ARGUMENT: 'InvalidArgument',
  DM_INVALID_REQUEST: 'InvalidRequest',
  DM_INVALID_SESSION: 'InvalidSession',
  DM_COMMAND_FAILED: 'CommandFailed',
  DM_OBJECT_NOT_FOUND: 'ObjectNotFound',
  DM_OBJECT_ALREADY_EXISTS: 'ObjectAlreadyExists',
  DM_INVALID_OBJECT_STATE: 'InvalidObjectState',
  DM_SERVICE_LIMIT: 'ServiceLimit',
  DM_TASK_TIMEOUT: 'TaskTimeout',
};

const CODES_BY_NUMBER: ReadonlyMap<number, DmErrorCode> = new Map(
  (Object.entries(DM_ERROR_CODES) as [DmErrorCode, number][])
    .filter(([code]) => code !== 'DM_OUTCOME_UNKNOWN')
    .map(([code, number]) => [number, code]),
);

/** Any failure, as DM's body tells it. What isn't a `DmError` becomes code 2 without its text, which may name internals. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof DmError)) {
    return { errorMessage: 'Internal error.', errorCode: 2, exceptionType: EXCEPTION_TYPES.DM_INTERNAL };
  }
  return { errorMessage: error.message, errorCode: error.statusCode, exceptionType: EXCEPTION_TYPES[error.code] };
}

/** The three headers of an outcome; the message is its first line in characters that a header may hold. */
export function statusHeaders(error?: WireError): Record<string, string> {
  if (error === undefined) return { [STATUS_CODE_HEADER]: '0', [STATUS_MESSAGE_HEADER]: 'Success' };
  return {
    [STATUS_CODE_HEADER]: String(error.errorCode),
    [STATUS_MESSAGE_HEADER]: (error.errorMessage.split('\n', 1)[0] ?? '').replace(/[^\x20-\x7e]/gu, '?'),
    [EXCEPTION_TYPE_HEADER]: error.exceptionType,
  };
}

/** An error of ours for DM's number; a number we don't know keeps it as `statusCode` under `DM_ERROR`. */
export function fromStatusCode(statusCode: number, message: string): DmError {
  const code = CODES_BY_NUMBER.get(statusCode) ?? 'DM_ERROR';
  const Class = CLASSES[code];
  return Class === undefined ? new DmError(code, message, { statusCode }) : new Class(message);
}

/**
 * The application error that a reply carries, by its `Dm-Status-Code` header, else by `errorCode` in its body. `errorMessage` alone says nothing:
 * ordinary jobs carry one. Nor does the `errorCode` of an object with an `id`: a job's arguments lie flat in it, whatever they are called.
 */
export function wireErrorOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: unknown,
): DmError | undefined {
  const fields = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
  const inBody = 'errorCode' in fields && !('id' in fields) ? Number(fields.errorCode) : 0;
  const inHeader = Number(first(headers[STATUS_CODE_HEADER]) ?? 0);
  const statusCode = inHeader !== 0 && Number.isInteger(inHeader) ? inHeader : inBody;
  if (!Number.isInteger(statusCode) || statusCode === 0) return undefined;
  const text = 'errorMessage' in fields && typeof fields.errorMessage === 'string' ? fields.errorMessage : undefined;
  return fromStatusCode(statusCode, text ?? first(headers[STATUS_MESSAGE_HEADER]) ?? `DM error ${statusCode}`);
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
