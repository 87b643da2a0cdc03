import type { DaqInfo, Experiment, FileMetadata, Job, ServiceHealth, UploadInfo, Workflow } from 'dm';
import type { InputValue } from './state.js';

export type SlotArea = 'daq' | 'upload' | 'workflow';
export type InputArea = SlotArea | 'service' | 'experiment' | 'file' | 'dataset';

/** Names an area, and of the areas with slots which one (1-based; 0 for the others). */
export interface Place {
  readonly area: InputArea;
  readonly slot: number;
}

/** Everything that can change the state: what DM tells, what was put, what a command achieved, and time. */
export type Action =
  | { readonly type: 'tick' }
  | { readonly type: 'identity'; readonly station: string; readonly owner: string }
  | { readonly type: 'input'; readonly place: Place; readonly input: string; readonly value: InputValue }
  | { readonly type: 'inputRefused'; readonly place: Place; readonly input: string; readonly reason: string }
  | { readonly type: 'experiments'; readonly experiments: readonly Experiment[] }
  | { readonly type: 'experimentRemoved'; readonly name: string }
  | { readonly type: 'experimentSelected'; readonly experiment: Experiment | null }
  /** DM couldn't be asked about the name that was put. */
  | { readonly type: 'experimentUnconfirmed' }
  | { readonly type: 'daqs'; readonly daqs: readonly DaqInfo[] }
  | { readonly type: 'uploads'; readonly uploads: readonly UploadInfo[] }
  | { readonly type: 'jobs'; readonly jobs: readonly Job[] }
  | { readonly type: 'workflows'; readonly workflows: readonly Workflow[] }
  | { readonly type: 'workflowRemoved'; readonly owner: string; readonly name: string }
  | { readonly type: 'health'; readonly health: ServiceHealth }
  | {
      readonly type: 'slotTaken';
      readonly area: 'daq';
      readonly slot: number;
      readonly daq: DaqInfo;
    }
  | {
      readonly type: 'slotTaken';
      readonly area: 'upload';
      readonly slot: number;
      readonly upload: UploadInfo;
    }
  | { readonly type: 'slotTaken'; readonly area: 'workflow'; readonly slot: number; readonly job: Job }
  /** An id from before a restart; its object isn't known yet. */
  | { readonly type: 'slotRestored'; readonly area: SlotArea; readonly slot: number; readonly id: string }
  | { readonly type: 'slotCleared'; readonly area: SlotArea; readonly slot: number }
  | { readonly type: 'fileFound'; readonly file: FileMetadata | null }
  | { readonly type: 'datasetStatus'; readonly status: string | null; readonly error: string }
  | {
      readonly type: 'putFailed';
      readonly place: Place;
      readonly pv: string;
      readonly severity: 'MINOR' | 'MAJOR' | 'INVALID';
      readonly reason: string;
    }
  | { readonly type: 'putSucceeded'; readonly place: Place; readonly pv: string; readonly isCommand: boolean }
  | { readonly type: 'message'; readonly text: string; readonly severity: 'NONE' | 'MINOR' | 'MAJOR' | 'INVALID' };
