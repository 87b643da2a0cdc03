import type { Route, RouteName } from '../wire/routes.js';

/** What to do when the reply to a command is lost; undefined for calls that only read. */
export function remedyOf(name: RouteName, { cost }: Route): string | undefined {
  if (cost !== 'write') return undefined;
  switch (name) {
    case 'startProcessingJob':
      return 'If DM took it, the job appears in the list of jobs: check before repeating.';
    case 'startDaq':
      return 'Repeating is safe: a DAQ that DM started is found and taken over.';
    case 'upload':
      return 'If DM took it, it appears in the list of uploads; repeating skips files that are stored.';
    case 'addExperiment':
    case 'addExperimentDataset':
      return 'Repeating is safe: DM refuses a second one of the same name.';
    case 'addWorkflow':
      return 'If DM took it, it appears in the list of workflows: check before repeating.';
    default:
      return 'Repeating is safe.';
  }
}
