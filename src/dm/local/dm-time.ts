import { DmInvalidArgumentError } from '../errors.js';

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
const zoneName = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' });
/** A zone changes its name, and its offset, at a quarter of an hour. */
const ZONE_PERIOD_S = 900;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Unix time in seconds, as every `…Time` key of DM has it. */
export function nowSeconds(): number {
  return Date.now() / 1000;
}

/** What `runTime` says: seconds between two of these times, to the microsecond; never negative, although clocks may be set. */
export function elapsedSeconds(startTime: number, endTime: number): number {
  return Math.max(0, Math.round((endTime - startTime) * 1e6) / 1e6);
}

let knownZone = { period: NaN, name: '' };

/** Asked for with each stored file, and slow to find. */
function zoneNameAt(seconds: number): string {
  const period = Math.floor(seconds / ZONE_PERIOD_S);
  if (period !== knownZone.period) {
    const parts = zoneName.formatToParts(new Date(seconds * 1000));
    knownZone = { period, name: parts.find((part) => part.type === 'timeZoneName')?.value ?? '' };
  }
  return knownZone.name;
}

/** DM's `…Timestamp` text, local time: `2026/05/08 10:07:01 CDT`. @param seconds Unix time */
export function timestampText(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = `${date.getFullYear()}/${pad(date.getMonth() + 1)}/${pad(date.getDate())}`;
  return `${day} ${clockText(date)} ${zoneNameAt(seconds)}`.trimEnd();
}

/** DM's date text of experiments, local time: `2026-02-26 13:26:39.763000-06:00`; whole seconds carry no fraction. */
export function dateText(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  const fraction = date.getMilliseconds() === 0 ? '' : `.${pad(date.getMilliseconds(), 3)}000`;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clockText(date)}${fraction}${zone}`;
}

/**
 * Read a date that a user gave: DM's own input form `26-Feb-26`, or ISO `2026-02-26[ 13:00[:00][-06:00]]`.
 * @throws DmInvalidArgumentError that names the field
 */
export function parseDate(text: string, field: string): Date {
  const dm = /^(\d{1,2})-([A-Za-z]{3})-(\d{2}|\d{4})$/u.exec(text.trim());
  if (dm !== null) {
    const month = MONTHS.indexOf((dm[2] ?? '').toLowerCase());
    const day = Number(dm[1]);
    const year = Number(dm[3]) + ((dm[3] ?? '').length === 2 ? 2000 : 0);
    const date = new Date(year, month, day);
    if (month >= 0 && date.getDate() === day) return date;
  } else if (/^\d{4}-\d{2}-\d{2}/u.test(text)) {
    const iso = text.trim().replace(' ', 'T');
    // A date alone would be read as UTC; DM's dates are local.
    const date = new Date(iso.length === 10 ? `${iso}T00:00:00` : iso);
    if (!Number.isNaN(date.getTime())) return date;
  }
  throw new DmInvalidArgumentError(`${field}: "${text}" is no date; write it as 26-Feb-26 or 2026-02-26.`);
}

function clockText(date: Date): string {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}
