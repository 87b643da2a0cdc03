export { createDmServer, type DmServer } from './dm-server.js';
export type { DmServerFaults, DmServerOptions, DmServerUser, ServedCall } from './dm-server-options.js';
export type { RecordedCall } from './recorded-call.js';
export { createRecorder, RECORDER_MARKERS, type Recorder, type RecorderOptions } from './recorder.js';
