import { DmInvalidObjectStateError } from './errors.js';

/** Why a DAQ can't start: files that appear would be stored in two experiments. */
export function watchedForAnother(experimentName: string, dataDirectory: string): DmInvalidObjectStateError {
  return new DmInvalidObjectStateError(
    `A DAQ of experiment ${experimentName} watches ${dataDirectory}: stop it first, or its files would be stored in both.`,
  );
}
