import { readFile } from 'node:fs/promises';

/** How DM opens a session and tells how a call went, as captured; shared by the tests of codec, client and server. */
export interface OutcomeVectors {
  readonly session: {
    readonly form: { readonly username: string; readonly password: string };
    /** Of the login, as it goes over the wire. */
    readonly body: string;
    readonly setCookie: string;
    readonly refused: {
      readonly httpStatus: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly errorCode: number;
    };
  };
  readonly outcomes: readonly {
    readonly what: string;
    readonly httpStatus: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    /** Ours; null when it is no error. */
    readonly code: string | null;
    readonly statusCode: number;
    /** Whether it has the form in which our own server tells it. */
    readonly served: boolean;
  }[];
}

export async function readOutcomeVectors(): Promise<OutcomeVectors> {
  return JSON.parse(await readFile('test/unit/dm/wire/vectors/outcomes.json', 'utf8')) as OutcomeVectors;
}
