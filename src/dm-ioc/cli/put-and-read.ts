import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from 'dm';
import { CaPutFailedError } from 'node-epics-ca';
import { StartupError } from '../errors.js';
import type { PvAccess, PvReading } from './pv-reading.js';

/** A record that processes longer than this has begun what was put. */
const SETTLE_LIMIT_MS = 1000;
const SETTLE_STEP_MS = 50;
const FIELD_TIMEOUT_MS = 500;

function fieldOf(pv: string, field: string): string {
  return `${pv.split('.', 1)[0] ?? pv}.${field}`;
}

/** Over Channel Access, which carries no message, the record has it in a field. */
async function alarmText(access: PvAccess, pv: string, { severity, message }: PvReading): Promise<string> {
  if (message !== '') return `${severity}, ${message}`;
  const field = await access.get(fieldOf(pv, 'AMSG'), FIELD_TIMEOUT_MS).catch(() => null);
  return typeof field?.value === 'string' && field.value !== '' ? `${severity}, ${field.value}` : severity;
}

/** An IOC of ours tells the client the whole reason, whose beginning is the alarm's message; others tell nothing of it. */
async function failureText(access: PvAccess, pv: string, after: PvReading, error: unknown): Promise<string> {
  if (error instanceof CaPutFailedError && error.alarmMessage !== '') return `${after.severity}, ${error.alarmMessage}`;
  const reason = errorText(error);
  if (after.message !== '' && reason.includes(after.message)) return `${after.severity}, ${reason}`;
  return `${await alarmText(access, pv, after)} (${reason})`;
}

function named(pv: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.message.includes(pv)) return error;
  return new StartupError('PUT_FAILED', `put ${pv}: ${error.message}`, { cause: error });
}

/** Whether an alarm comes from this put, and isn't what the PV had before. */
function isFresh(before: PvReading | null, after: PvReading): boolean {
  return before?.timeMs !== after.timeMs || before.severity !== after.severity || before.message !== after.message;
}

/** What no record has. */
function isStructure({ value }: PvReading): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A put that nobody waits for is answered before an asynchronous record has judged it. */
async function settle(access: PvAccess, pv: string): Promise<void> {
  const active = fieldOf(pv, 'PACT');
  const deadline = performance.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const reading = await access.get(active, FIELD_TIMEOUT_MS).catch(() => null);
    if (reading === null || Number(reading.value) === 0 || performance.now() > deadline) return;
    await delay(SETTLE_STEP_MS);
  }
}

/**
 * Puts and reads what the PV has then.
 * @throws StartupError PUT_FAILED with the alarm that this put has raised, or the client's own error
 */
export async function putAndRead(
  access: PvAccess,
  pv: string,
  value: string,
  wait: boolean,
  timeoutMs: number,
): Promise<PvReading> {
  const before = await access.get(pv, timeoutMs).catch(() => null);
  try {
    await access.put(pv, value, wait, timeoutMs);
  } catch (error) {
    const after = await access.get(pv, timeoutMs).catch(() => null);
    if (after === null || after.severity === 'NONE' || !isFresh(before, after)) throw named(pv, error);
    throw new StartupError('PUT_FAILED', `put ${pv} failed: ${await failureText(access, pv, after, error)}`, {
      cause: error,
    });
  }
  if (!wait && (before === null || !isStructure(before))) await settle(access, pv);
  const after = await access.get(pv, timeoutMs);
  if (!wait && after.severity === 'INVALID' && isFresh(before, after)) {
    throw new StartupError('PUT_FAILED', `put ${pv} failed: ${await alarmText(access, pv, after)}`);
  }
  return after;
}
