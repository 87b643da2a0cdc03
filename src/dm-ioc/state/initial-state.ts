import type { ServiceName } from 'dm';
import type { DaqSlot, Health, SlotState, State, UploadSlot, WorkflowSlot } from './state.js';

export interface InitialStateOptions {
  readonly version: string;
  readonly backend: string;
  readonly station: string;
  readonly owner: string;
  readonly slots: { readonly daq: number; readonly upload: number; readonly workflow: number };
}

const SERVICES: readonly ServiceName[] = ['DS', 'DAQ', 'CAT', 'PROC'];

function emptySlot<I>(inputs: I): SlotState<I> {
  return { inputs, refused: {}, id: '', commandError: '', warning: '', nowMs: 0 };
}

function slots<S>(count: number, slot: S): readonly S[] {
  return Array.from({ length: count }, () => slot);
}

const DAQ_SLOT: DaqSlot = {
  ...emptySlot({
    dataDirectory: '',
    destDirectory: '',
    processExisting: false,
    skipPattern: '',
    useAnalysisDirectory: false,
    workflowName: '',
    workflowArgs: '',
  }),
  daq: null,
};

const UPLOAD_SLOT: UploadSlot = {
  ...emptySlot({ dataDirectory: '', filePath: '', destDirectory: '', mode: 'Files' as const, reprocess: false }),
  upload: null,
};

const WORKFLOW_SLOT: WorkflowSlot = {
  ...emptySlot({
    workflow: '',
    owner: '',
    filePath: '',
    args: '{}',
    reportingPeriodS: 10,
    concise: true,
    timeoutS: 0,
  }),
  job: null,
  report: '',
  reportedMs: 0,
  timedOut: false,
};

/** The state before anything is known: no service has answered yet, every slot is empty. */
export function initialState(options: InitialStateOptions): State {
  const health = Object.fromEntries(
    SERVICES.map((service) => [
      service,
      { service, connected: false, lastContactMs: null, lastError: 'not contacted yet' },
    ]),
  ) as unknown as Health;
  return {
    service: {
      heartbeat: 0,
      version: options.version,
      backend: options.backend,
      station: options.station,
      owner: options.owner,
      message: { text: '', severity: 'NONE', source: '' },
      downReason: 'not contacted yet',
      inputs: { pollPeriodS: 1, listPeriodS: 10 },
      refused: {},
    },
    health,
    experiment: { inputs: { name: '' }, refused: {}, selected: null, isUnconfirmed: false },
    file: { inputs: { path: '', timeoutS: 600 }, refused: {}, file: null },
    dataset: { inputs: { name: '', metadata: '{}' }, refused: {}, status: null, error: '' },
    daqSlots: slots(options.slots.daq, DAQ_SLOT),
    uploadSlots: slots(options.slots.upload, UPLOAD_SLOT),
    workflowSlots: slots(options.slots.workflow, WORKFLOW_SLOT),
    experiments: new Map(),
    daqs: new Map(),
    uploads: new Map(),
    jobs: new Map(),
    workflows: new Map(),
  };
}
