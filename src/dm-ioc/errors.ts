import { DmError, type DmErrorCode } from 'dm';

/** What can keep the IOC from starting. */
export type StartupErrorCode =
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_UNREADABLE'
  | 'CONFIG_INVALID'
  | 'ADDRESS_INVALID'
  | 'ADDRESS_UNKNOWN'
  | 'ADDRESS_RECORD_TYPE'
  | 'ADDRESS_STATES'
  | 'DATABASE_NOT_FOUND'
  | 'DATABASE_VALUE'
  | 'ACCESS_FILE'
  | 'PORT_IN_USE'
  | 'INTERFACE_UNAVAILABLE'
  | 'SITE_STARTUP'
  | 'AUTOSAVE_UNREADABLE'
  | 'AUTOSAVE_DIRECTORY'
  | 'AUTOSAVE_IN_USE'
  /** Of `dm-ioc experiment add`: neither the engine nor an IOC that has it could be reached. */
  | 'ENGINE_UNAVAILABLE'
  /** Of `dm-ioc stop`: there is no IOC that it could stop, or it did not end. */
  | 'NOT_STOPPED'
  /** Of `dm-ioc put`: the server refused. */
  | 'PUT_FAILED'
  /** Of `dm-ioc get`, `put` and `monitor`: no IOC has the PV. */
  | 'NO_ANSWER';

/** The IOC can't start: the message is one line that names the thing and the remedy, meant for the terminal. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  readonly code: StartupErrorCode;

  constructor(code: StartupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Why a put was refused, or why what it started failed. */
export type CommandErrorCode =
  | 'SETPOINT_INVALID'
  | 'EXPERIMENT_NOT_SELECTED'
  | 'SETPOINT_MISSING'
  | 'SLOT_BUSY'
  | 'ABORT_UNDER_WAY'
  | 'SLOT_EMPTY'
  | 'JOB_FAILED'
  | 'JOB_ABORTED'
  | 'DAQ_FAILED'
  | 'UPLOAD_FAILED'
  /** What a workflow says is of another run than the slot's stream. */
  | 'STREAM_STALE'
  /** There is no stream that could take it: none, or one that has ended. */
  | 'STREAM_ENDED'
  /** A report, a state or a command that makes no sense now. */
  | 'STREAM_ORDER'
  | 'STREAM_FAILED'
  /** An acknowledgement of a command that was never sent. */
  | 'COMMAND_UNKNOWN'
  /** The workflow refused a command. */
  | 'COMMAND_REFUSED'
  /** The workflow did not acknowledge a command in time; it may still do it. */
  | 'COMMAND_TIMEOUT'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'READ_ONLY'
  | 'ACCESS_DENIED'
  /** DM refused, failed or couldn't be reached: the cause is a DmError. */
  | 'DM_FAILED'
  | 'INTERNAL';

/**
 * A put that fails: the record goes into alarm WRITE with this severity, and the message, whose first 39 characters must say the
 * point, becomes the alarm message. INVALID: refused or unreachable; MAJOR: DM says failed; MINOR: the waiting ended, not the work.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;
  readonly severity: 'MINOR' | 'MAJOR' | 'INVALID';

  constructor(
    code: CommandErrorCode,
    message: string,
    options?: ErrorOptions & { severity?: 'MINOR' | 'MAJOR' | 'INVALID' },
  ) {
    super(message, options);
    this.code = code;
    this.severity = options?.severity ?? 'INVALID';
  }
}

const REFUSALS: readonly DmErrorCode[] = [
  'DM_OBJECT_NOT_FOUND',
  'DM_INVALID_ARGUMENT',
  'DM_INVALID_REQUEST',
  'DM_AUTHORIZATION',
];

/** True when what was put is wrong by itself; false when it only couldn't be checked, because DM didn't answer or the wait was cut short. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof CommandError) return error.code === 'SETPOINT_INVALID';
  return error instanceof DmError && REFUSALS.includes(error.code);
}
