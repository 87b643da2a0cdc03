import type { z } from 'zod';

/** A schema's first objection as the rest of a sentence: `name must not contain a space`, `stages.1.command is missing`, `taskInfo.x is not valid: expected …`. @param at keys around the value */
export function schemaFault({ issues: [issue] }: z.ZodError, ...at: string[]): string {
  const key = [...at, ...(issue?.path ?? [])].map(String).join('.');
  const reason = issue?.message ?? 'unknown';
  if (reason.endsWith('received undefined')) return `${key} is missing`.trimStart();
  return `${key} ${reason.startsWith('must ') ? reason : `is not valid: ${reason}`}`.trimStart();
}
