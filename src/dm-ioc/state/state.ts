import type { DaqInfo, Experiment, FileMetadata, Job, ServiceHealth, ServiceName, UploadInfo, Workflow } from 'dm';

export type InputValue = string | number | boolean;
export type Inputs = Readonly<Record<string, InputValue>>;

/** What operators put. A refused put is remembered: a command that would use the setpoint is refused until a good value arrives. */
export interface InputState<I> {
  readonly inputs: I;
  /** Input name -> why the last put was refused, with the PV's name. */
  readonly refused: Readonly<Record<string, string>>;
}

/** What every slot has: the id of what it holds (empty: nothing), and how its last command failed. */
export interface SlotState<I> extends InputState<I> {
  readonly id: string;
  readonly commandError: string;
  /** True beside DM's status: something that a user would want to know, such as a transfer that took no file. */
  readonly warning: string;
  /** Milliseconds since the epoch, moved once a second while the slot is active. */
  readonly nowMs: number;
}

export interface DaqInputs {
  readonly dataDirectory: string;
  readonly destDirectory: string;
  readonly processExisting: boolean;
  readonly skipPattern: string;
  readonly useAnalysisDirectory: boolean;
  readonly workflowName: string;
  readonly workflowArgs: string;
}
export interface DaqSlot extends SlotState<DaqInputs> {
  readonly daq: DaqInfo | null;
}

export interface UploadInputs {
  readonly dataDirectory: string;
  readonly filePath: string;
  readonly destDirectory: string;
  readonly mode: 'Files' | 'Directory';
  readonly reprocess: boolean;
}
export interface UploadSlot extends SlotState<UploadInputs> {
  readonly upload: UploadInfo | null;
}

export interface WorkflowInputs {
  readonly workflow: string;
  readonly owner: string;
  readonly filePath: string;
  /** A JSON object. */
  readonly args: string;
  readonly reportingPeriodS: number;
  readonly concise: boolean;
  readonly timeoutS: number;
}
export interface WorkflowSlot extends SlotState<WorkflowInputs> {
  readonly job: Job | null;
  readonly report: string;
  readonly reportedMs: number;
  readonly timedOut: boolean;
}

/** A job as the table and the counters need it. Only a slot keeps the whole job, with its stages and their output. */
export interface JobSummary {
  readonly id: string;
  readonly owner: string;
  readonly workflow: string;
  readonly experimentName: string;
  readonly status: string;
  readonly stage: string;
  /** Unix seconds, 0 while it has not happened; likewise the next two. */
  readonly submissionTime: number;
  readonly startTime: number;
  readonly endTime: number;
  /** Seconds; 0 until the end. */
  readonly runTime: number;
  readonly errorMessage: string;
}

export interface ExperimentState extends InputState<{ readonly name: string }> {
  /** The one that commands use; null until DM has confirmed the name. */
  readonly selected: Experiment | null;
  /** DM couldn't be asked whether it knows the name: it is asked again when it can be. */
  readonly isUnconfirmed: boolean;
}

export interface FileState extends InputState<{ readonly path: string; readonly timeoutS: number }> {
  readonly file: FileMetadata | null;
}

export interface DatasetState extends InputState<{ readonly name: string; readonly metadata: string }> {
  readonly status: string | null;
  readonly error: string;
}

export interface Message {
  readonly text: string;
  readonly severity: 'NONE' | 'MINOR' | 'MAJOR' | 'INVALID';
  /** The PV whose put it is about; a later success of the same PV clears it. */
  readonly source: string;
}

export interface ServiceState extends InputState<{ readonly pollPeriodS: number; readonly listPeriodS: number }> {
  readonly heartbeat: number;
  readonly version: string;
  readonly backend: string;
  readonly station: string;
  readonly owner: string;
  readonly message: Message;
  /** Which services don't answer, and why; empty when all do. */
  readonly downReason: string;
}

export type Health = Readonly<Record<ServiceName, ServiceHealth>>;

/** Everything that the PVs show. Immutable: an unchanged part keeps its reference. */
export interface State {
  readonly service: ServiceState;
  readonly health: Health;
  readonly experiment: ExperimentState;
  readonly file: FileState;
  readonly dataset: DatasetState;
  readonly daqSlots: readonly DaqSlot[];
  readonly uploadSlots: readonly UploadSlot[];
  readonly workflowSlots: readonly WorkflowSlot[];
  /** By name; the others by id. */
  readonly experiments: ReadonlyMap<string, Experiment>;
  readonly daqs: ReadonlyMap<string, DaqInfo>;
  readonly uploads: ReadonlyMap<string, UploadInfo>;
  readonly jobs: ReadonlyMap<string, JobSummary>;
  /** By owner and name, see `workflowKey`. */
  readonly workflows: ReadonlyMap<string, Workflow>;
}

/** Key of `State.workflows`. */
export function workflowKey(owner: string, name: string): string {
  return `${owner}/${name}`;
}
