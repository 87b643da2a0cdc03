/** `EPICS_LIBS_*`: what is missing, by name. */
export type EpicsLibsErrorCode =
  | 'EPICS_LIBS_NOT_INSTALLED'
  | 'EPICS_LIBS_UNSUPPORTED_PLATFORM'
  | 'EPICS_LIBS_SITE_INCOMPLETE'
  | 'EPICS_LIBS_TOOL_MISSING'
  | 'EPICS_LIBS_INSTALL_FAILED'
  | 'EPICS_LIBS_ADDON_MISSING'
  | 'EPICS_LIBS_ADDON_BROKEN';

/** EPICS base or pvxs, or what is needed to build against them, can't be had. The message says what to do. */
export class EpicsLibsError extends Error {
  override readonly name = 'EpicsLibsError';
  readonly code: EpicsLibsErrorCode;

  constructor(code: EpicsLibsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
