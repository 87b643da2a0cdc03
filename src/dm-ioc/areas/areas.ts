import type { Area } from '../registry/area.js';
import { areaOfKind } from '../slots/area-of-kind.js';
import type { SlotKind } from '../slots/slot-kind.js';
import { datasetArea } from './dataset/dataset-area.js';
import { experimentArea } from './experiment/experiment-area.js';
import { fileArea } from './file/file-area.js';
import { serviceArea } from './service/service-area.js';
import { workflowsArea } from './workflows/workflows-area.js';

/** All that the IOC offers: the kinds of slots, each with so many slots, and what there is once. */
export function allAreas(kinds: readonly SlotKind[], slots: Readonly<Record<string, number>>): readonly Area[] {
  const ofKinds = kinds.map((kind) => areaOfKind(kind, slots[kind.name] ?? 0));
  return [serviceArea, experimentArea, ...ofKinds, workflowsArea, fileArea, datasetArea];
}
