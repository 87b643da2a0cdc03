import { errorText } from '../../error-text.js';
import { DmInvalidArgumentError } from '../../errors.js';
import { workflowSchema, type Workflow } from '../../schemas/workflow.js';
import { Expression } from '../jobs/expression.js';
import { outputRegex } from '../jobs/output-regex.js';
import { schemaFault } from '../../schema-fault.js';
import { workflowWarnings } from './workflow-warnings.js';

/**
 * Check a workflow definition whole: its shape, its expressions and regular expressions.
 * @throws DmInvalidArgumentError that names the key
 */
export function checkWorkflow(definition: unknown): Workflow {
  const parsed = workflowSchema.safeParse(definition);
  if (!parsed.success) {
    // A key that is missing may be there, misspelt.
    const near = workflowWarnings(definition).filter((warning) => warning.includes('did you mean'));
    throw new DmInvalidArgumentError([schemaFault(parsed.error), ...near].join('; '));
  }
  const workflow = parsed.data;
  refuseLostNames(definition);
  if (Object.keys(workflow.stages).length === 0)
    throw new DmInvalidArgumentError('stages: a workflow needs at least one stage');
  for (const [id, stage] of Object.entries(workflow.stages)) {
    const at = (key: string, check: () => unknown): void => {
      try {
        check();
      } catch (error) {
        throw new DmInvalidArgumentError(`stages.${id}.${key}: ${errorText(error)}`, { cause: error });
      }
    };
    at('outputVariableRegexList', () => stage.outputVariableRegexList?.map(outputRegex));
    const { runIf, repeatUntil, repeatPeriod, maxRepeats } = stage;
    if (runIf !== undefined) at('runIf', () => new Expression(runIf));
    if (repeatUntil !== undefined) at('repeatUntil', () => new Expression(repeatUntil));
    const repeatKeys = [repeatUntil, repeatPeriod, maxRepeats].filter((value) => value !== undefined).length;
    if (repeatKeys !== 0 && repeatKeys !== 3) {
      throw new DmInvalidArgumentError(
        `stages.${id}: repeatPeriod, repeatUntil and maxRepeats go together; give all three or none`,
      );
    }
  }
  return workflow;
}

/** A schema leaves out what bears the name of JavaScript's prototype. */
function refuseLostNames(definition: unknown): void {
  for (const key of ['stages', 'arguments']) {
    const named = (definition as Readonly<Record<string, unknown>>)[key];
    if (named instanceof Object && Object.hasOwn(named, '__proto__'))
      throw new DmInvalidArgumentError(`${key}.__proto__: this name can't be used; take another`);
  }
}
