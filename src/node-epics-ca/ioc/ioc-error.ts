/** What went wrong, as a stable name. */
export type IocErrorCode =
  | 'IOC_ALREADY_CREATED'
  | 'IOC_STATE'
  | 'IOC_DATABASE'
  | 'IOC_ACCESS_SECURITY'
  | 'IOC_COMMAND'
  | 'IOC_START'
  | 'IOC_FIELD'
  | 'IOC_ARGUMENT'
  | 'RECORD_VALUE_TYPE'
  | 'RECORD_VALUE_RANGE'
  | 'RECORD_VALUE_TOO_LONG';

/** The IOC can't do what was asked. The message names the file, record or command, and what to do. */
export class IocError extends Error {
  override readonly name = 'IocError';
  readonly code: IocErrorCode;

  constructor(code: IocErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
