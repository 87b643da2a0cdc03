import { userInfo } from 'node:os';
import { neededArguments, outputVariableNames, workflowWarnings, type Stage, type Workflow } from 'dm';
import { textTable } from '../text-table.js';
import { reportFailure } from './report-failure.js';
import { workflowOfFile } from './workflow-file.js';

export interface CheckWorkflowOptions {
  /** Exit code 1 for warnings, too. */
  readonly strict?: boolean;
}

/** `dm-ioc workflow check FILE...`: what the files define, and what is odd about them. Exit code 1 when one can't be used. */
export async function checkWorkflowFiles(files: readonly string[], options: CheckWorkflowOptions): Promise<void> {
  for (const file of files) {
    try {
      const workflow = await workflowOfFile(file, userInfo().username);
      const warnings = workflowWarnings(workflow);
      process.stdout.write(`${describe(workflow)}\n`);
      for (const warning of warnings) process.stderr.write(`warning: ${file}: ${warning}\n`);
      if (options.strict === true && warnings.length > 0) process.exitCode = 1;
    } catch (error) {
      process.exitCode = reportFailure(error);
    }
  }
}

/** The stages in the order in which they run, and the arguments that a job needs. */
function describe(workflow: Workflow): string {
  const { name, owner, stages, timeout, arguments: declared = {} } = workflow;
  const ids = Object.keys(stages).sort();
  const limit = timeout === undefined ? '' : `, at most ${timeout} s`;
  const rows = ids.map((id) => ['', id, stages[id]?.command.trim().replaceAll('\n', '; ') ?? '', rulesOf(stages[id])]);
  const needed = neededArguments(workflow).map((argument) => `${argument}${limitsOf(declared[argument])}`);
  return [
    `${name} of ${owner}: ${ids.length} ${ids.length === 1 ? 'stage' : 'stages'}${limit}`,
    textTable(rows),
    `arguments: ${needed.length === 0 ? 'none but its input' : needed.join(', ')}`,
  ].join('\n');
}

function limitsOf(argument: NonNullable<Workflow['arguments']>[string] | undefined): string {
  const { required, choices = [] } = argument ?? {};
  const limits = [
    ...(required === true ? ['required'] : []),
    ...(choices.length === 0 ? [] : [`one of ${choices.join(', ')}`]),
  ];
  return limits.length === 0 ? '' : ` (${limits.join(', ')})`;
}

function rulesOf(stage: Stage | undefined): string {
  if (stage === undefined) return '';
  const { runIf, repeatUntil, repeatPeriod = 0, maxRepeats = 0, timeout, parallelExec, workingDir } = stage;
  const found = outputVariableNames({ stage });
  return [
    runIf === undefined ? '' : `if ${runIf}`,
    repeatUntil === undefined ? '' : `every ${repeatPeriod} s until ${repeatUntil}, at most ${maxRepeats} times`,
    timeout === undefined ? '' : `at most ${timeout} s`,
    parallelExec === true ? 'files in parallel' : '',
    workingDir === undefined ? '' : `in ${workingDir}`,
    found.size === 0 ? '' : `finds ${[...found].join(', ')}`,
  ]
    .filter((rule) => rule !== '')
    .join('; ');
}
