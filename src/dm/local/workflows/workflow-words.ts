import type { Stage } from '../../schemas/workflow.js';

type Stages = Readonly<Record<string, Stage>>;

const WORD = /[A-Za-z_]\w*/gu;
const VARIABLE = /\$\{?([A-Za-z_]\w*)/gu;
const NAMED_GROUP = /\(\?P<([^>]+)>/gu;
/** `name=…`, `for name`, `read name` in a shell command. */
const ASSIGNED = /(?:^|[\s;&|({])(?:(?:for|read)\s+)?([A-Za-z_]\w*)(?==|\s+in\s|\s*$|\s*[;)])/gmu;

/** The variables that stages find in the output of their commands, by `outputVariableRegexList`, in the order of the stages. */
export function outputVariableNames(stages: Stages): ReadonlySet<string> {
  const ordered = Object.keys(stages).sort();
  const regexes = ordered.flatMap((id) => stages[id]?.outputVariableRegexList ?? []);
  return new Set(regexes.flatMap((regex) => all(regex, NAMED_GROUP)));
}

/** The variables of a job that stages use as `$name`, without those that their commands set themselves. */
export function usedVariableNames(stages: Stages): ReadonlySet<string> {
  return new Set(
    Object.values(stages).flatMap((stage) => {
      const own = new Set(all(stage.command, ASSIGNED));
      return textsOf(stage)
        .flatMap((text) => all(text, VARIABLE))
        .filter((name) => !own.has(name));
    }),
  );
}

/** Every word that stands in a stage: a program may read a variable from its environment by its name. */
export function wordsOf(stages: Stages): ReadonlySet<string> {
  return new Set(Object.values(stages).flatMap((stage) => textsOf(stage).flatMap((text) => text.match(WORD) ?? [])));
}

function textsOf({ command, workingDir = '', runIf = '', repeatUntil = '' }: Stage): string[] {
  return [command, workingDir, runIf, repeatUntil];
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}
