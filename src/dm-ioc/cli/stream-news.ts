import type { PvReading } from './pv-reading.js';

type Fields = Readonly<Record<string, unknown>>;

interface Pending {
  readonly sequence: number;
  readonly command: string;
  readonly arguments: string;
  readonly source: string;
}

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
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

/** Says what is new in a stream, one line each, from what its PVs show. What was there when the watching began is told, too. */
export class StreamNews {
  #streamId = '';
  #report: Fields = {};
  #newest = 0;
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
      const isNothing = before[name] === undefined && (value === '' || value === '0');
      return isNothing || fields[name] === before[name] ? [] : [oneLine(tell(value))];
    });
    return parts.length === 0 ? lines : [...lines, `report ${String(fields['sequence'])}: ${parts.join(', ')}`];
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
    return lines;
  }

  /** Of `Streamn:Ack`. */
  ofAck({ streamId, sequence, accepted, message }: Fields): string[] {
    if (streamId !== this.#streamId || streamId === '') return [];
    const said = message === '' ? '' : `: ${String(message)}`;
    return [oneLine(`command ${String(sequence)} ${accepted === true ? 'accepted' : 'refused'}${said}`)];
  }

  #ofStream({ streamId, jobId }: Fields): string[] {
    if (typeof streamId !== 'string' || streamId === '' || streamId === this.#streamId) return [];
    this.#streamId = streamId;
    this.#report = {};
    this.#newest = 0;
    return [`stream ${streamId}${typeof jobId === 'string' && jobId !== '' ? `, job ${jobId}` : ''}`];
  }
}
