import { daqKind } from './daq/daq-kind.js';
import type { SlotKind } from './slot-kind.js';
import { streamKind } from './stream/stream-kind.js';
import { uploadKind } from './upload/upload-kind.js';
import { workflowKind } from './workflow/workflow-kind.js';

/** The kinds of slots: the one place that names them all. */
export const SLOT_KINDS: readonly SlotKind[] = [daqKind, uploadKind, workflowKind, streamKind];
