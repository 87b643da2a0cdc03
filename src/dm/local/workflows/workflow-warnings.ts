import { closestName } from '../../closest-name.js';
import { stageSchema, workflowArgumentSchema, workflowSchema } from '../../schemas/workflow.js';

/**
 * What is odd about a workflow definition that can be used, or can't: keys that mean nothing, such as a misspelt `runif`.
 * @returns one sentence each, with the key that was probably meant
 */
export function workflowWarnings(definition: unknown): string[] {
  if (!isObject(definition)) return [];
  const { stages, arguments: args } = definition;
  return [
    ...unknownKeys('', definition, Object.keys(workflowSchema.shape)),
    ...unknownKeysOfEach('arguments', args, Object.keys(workflowArgumentSchema.shape)),
    ...unknownKeysOfEach('stages', stages, Object.keys(stageSchema.shape)),
  ];
}

function unknownKeysOfEach(name: string, entries: unknown, known: readonly string[]): string[] {
  if (!isObject(entries)) return [];
  return Object.entries(entries).flatMap(([key, entry]) =>
    isObject(entry) ? unknownKeys(`${name}.${key}.`, entry, known) : [],
  );
}

function unknownKeys(path: string, entry: object, known: readonly string[]): string[] {
  return Object.keys(entry)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = closestName(key, known);
      return `${path}${key}: unknown key, it has no effect${near === undefined ? '' : `; did you mean ${near}?`}`;
    });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
