/** How long a client of a test waits for an answer, in ms: on a busy machine a search of a second may take a minute. */
export const PATIENCE_MS = 300_000;
