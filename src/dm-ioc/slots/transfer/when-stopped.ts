import type { DataManagement } from 'dm';

/** What becomes of a DAQ or upload when the IOC stops: the engine inside it stops with it. */
export function whenStopped({ backend }: Pick<DataManagement, 'backend'>): string {
  return `it goes on${backend === 'local' ? ' when the IOC is back' : ''}`;
}
