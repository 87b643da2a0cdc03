import type { PvReading } from './pv-reading.js';

type Fields = Readonly<Record<string, unknown>>;

interface Pending {
  readonly sequence: number;
  readonly command: string;
  readonly arguments: string;
  readonly source: string;
}

interface Answer {
  readonly sequence: number;
  readonly outcome: string;
  readonly message: string;
}

/** Rates and percentages are told with so many digits. */
const DIGITS = 4;

/** Of a report, in the order in which they are told. */
const TOLD: Readonly<Record<string, (value: string) => string>> = {
  stage: (text) => `stage ${text}`,
  progress: (percent) => `${percent} %`,
  nReceived: (frames) => `received ${frames}`,
  nProcessed: (frames) => `processed ${frames}`,
  nDropped: (frames) => `dropped ${frames}`,
  receiveRate: (rate) => `receives ${rate}/s`,
  processRate: (rate) => `processes ${rate}/s`,
  commandPv: (pv) => `commands by ${pv}`,
  results: (json) => `results ${json}`,
  message: (text) => `"${text}"`,
};

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));
  return typeof value === 'string' ? value : '';
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

/** Says what is new in a stream, one line each, from what its PVs show. What was there when the watching began is told, too. */
export class StreamNews {
  #streamId = '';
  #report: Fields = {};
  #newest = 0;
  /** How each command was answered; null: those of the stream were not seen yet. */
  #outcomes: Map<number, string> | null = null;
  #alarm = '';

  /** Of `Streamn:State`. */
  ofState({ value, severity, message }: PvReading): string[] {
    const state = String(value);
    const alarm = severity === 'NONE' ? '' : ` [${severity}${message === '' ? '' : `: ${message}`}]`;
    // Silence is told once, not each second.
    const told = `${state}${alarm.replaceAll(/\d+/gu, '#')}`;
    if (told === this.#alarm) return [];
    this.#alarm = told;
    return [`${state}${alarm}`];
  }

  /** Of `Streamn:Report`. */
  ofReport(fields: Fields): string[] {
    const lines = this.#ofStream(fields);
    const before = this.#report;
    this.#report = fields;
    const parts = Object.entries(TOLD).flatMap(([name, tell]) => {
      const value = textOf(fields[name]);
      const isNothing = value === '' || (before[name] === undefined && value === '0');
      return isNothing || fields[name] === before[name] ? [] : [oneLine(tell(value))];
    });
    return parts.length === 0 ? lines : [...lines, `report: ${parts.join(', ')}`];
  }

  /** Of `Streamn:Command`. */
  ofCommand(fields: Fields): string[] {
    const lines = this.#ofStream(fields);
    const pending = fields['pending'] as readonly Pending[];
    for (const { sequence, command, arguments: given, source } of [fields as unknown as Pending, ...pending]) {
      if (sequence <= this.#newest) continue;
      this.#newest = sequence;
      lines.push(oneLine(`command ${sequence}: ${command} ${given}${source === '' ? '' : ` from ${source}`}`));
    }
    return [...lines, ...this.#ofAnswers(fields)];
  }

  /** Those of commands that were not told are left out. */
  #ofAnswers({ answers, sequence: newest }: Fields): string[] {
    const isFirst = this.#outcomes === null;
    const outcomes = (this.#outcomes ??= new Map<number, string>());
    return (answers as readonly Answer[]).flatMap(({ sequence, outcome, message }) => {
      if (outcomes.get(sequence) === outcome) return [];
      outcomes.set(sequence, outcome);
      if (isFirst && sequence !== newest) return [];
      return [oneLine(`command ${sequence} ${outcome}${message === '' ? '' : `: ${message}`}`)];
    });
  }

  #ofStream({ streamId, jobId }: Fields): string[] {
    if (typeof streamId !== 'string' || streamId === '' || streamId === this.#streamId) return [];
    this.#streamId = streamId;
    this.#report = {};
    this.#newest = 0;
    this.#outcomes = null;
    return [`stream ${streamId}${typeof jobId === 'string' && jobId !== '' ? `, job ${jobId}` : ''}`];
  }
}
