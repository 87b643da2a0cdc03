import type { ServiceName } from 'dm';
import type { CommandContext } from '../commands/command.js';
import { STATUS_LABELS, statusLabel, statusSeverity } from '../state/status-labels.js';
import type { Plain, ReadingSignal, Shown, ValueKind } from './signal.js';

export const NO_YES = ['No', 'Yes'] as const;

export interface ReadingOptions {
  readonly unit?: string;
  readonly states?: readonly string[];
  readonly keep?: 'head' | 'tail';
  readonly isSlotId?: true;
  readonly acknowledge?: (context: CommandContext) => void;
}

/**
 * What a status enum needs to know: DM's own text (null: there is no object; undefined: DM hasn't told it yet), why it failed, and what
 * else a user should know.
 */
export interface StatusView {
  readonly status: string | null | undefined;
  readonly error: string;
  readonly warning: string;
}

/** An alarm message is one line. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function shownStatus({ status, error, warning }: StatusView): Shown {
  if (status === undefined)
    return { value: 'Unknown', severity: 'INVALID', status: 'READ', message: 'not read from DM yet' };
  const value = statusLabel(status);
  const severity = statusSeverity(value);
  if (severity !== 'NONE') {
    const message = value === 'Unknown' ? `unknown status ${status ?? ''}` : firstLine(error) || value;
    return { value, severity, message };
  }
  return warning === '' ? { value } : { value, severity: 'MINOR', message: firstLine(warning) };
}

/** The constructors of readings, so that a table of signals reads as a table. */
export interface Readings<S> {
  readonly reading: (
    valueKind: ValueKind,
    description: string,
    read: (slice: S) => Plain | Shown,
    options?: ReadingOptions,
  ) => ReadingSignal<S>;
  /** A status enum: Failed MAJOR, Aborted MINOR, Unknown INVALID, each with its reason; a warning makes any other status MINOR. */
  readonly status: (description: string, view: (slice: S) => StatusView) => ReadingSignal<S>;
}

/**
 * @typeParam S the part of the state that they show
 * @param service the one that feeds them: they are INVALID while it can't be reached; without it they hold whatever happens to DM
 */
export function readingsOf<S>(service?: ServiceName): Readings<S> {
  const reading: Readings<S>['reading'] = (valueKind, description, read, options = {}) => {
    return { kind: 'reading', valueKind, description, read, ...(service === undefined ? {} : { service }), ...options };
  };
  return {
    reading,
    status: (description, view) =>
      reading('choice', description, (slice) => shownStatus(view(slice)), { states: STATUS_LABELS }),
  };
}
