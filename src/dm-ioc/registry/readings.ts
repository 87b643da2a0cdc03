import { isTerminalStatus, type ServiceName } from 'dm';
import { STATUS_LABELS, statusLabel, statusSeverity } from '../state/status-labels.js';
import type { Plain, ReadingSignal, Shown, ValueKind } from './signal.js';

interface ReadingOptions {
  readonly unit?: string;
  readonly service?: ServiceName;
  readonly states?: readonly string[];
  readonly keep?: 'head' | 'tail';
}

/** The one constructor of readings, so that a table of signals reads as a table. */
export function reading<S>(
  valueKind: ValueKind,
  description: string,
  read: (slice: S) => Plain | Shown,
  options: ReadingOptions = {},
): ReadingSignal<S> {
  return { kind: 'reading', valueKind, description, read, ...options };
}

export const NO_YES = ['No', 'Yes'] as const;

/** An alarm message is one line. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** A status enum: Failed MAJOR, Aborted MINOR, Unknown INVALID, each with its reason; a warning makes any other status MINOR. */
export function statusReading<S>(
  description: string,
  service: ServiceName,
  view: (slice: S) => { readonly status: string | null; readonly error: string; readonly warning: string },
): ReadingSignal<S> {
  return reading(
    'choice',
    description,
    (slice) => {
      const { status, error, warning } = view(slice);
      const value = statusLabel(status);
      const severity = statusSeverity(value);
      if (severity !== 'NONE') {
        return {
          value,
          severity,
          message: value === 'Unknown' ? `unknown status ${status ?? ''}` : firstLine(error) || value,
        };
      }
      return warning === '' ? { value } : { value, severity: 'MINOR', message: firstLine(warning) };
    },
    { service, states: STATUS_LABELS },
  );
}

/** True while DM still works on it. */
export function isActive(object: { readonly status: string } | null): boolean {
  return object !== null && !isTerminalStatus(object.status);
}
