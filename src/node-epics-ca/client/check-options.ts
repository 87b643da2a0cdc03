import { CaError } from './ca-error.js';

/** The names of all options of a type. */
export type OptionNames<Options extends object> = Readonly<Record<keyof Options, true>>;

/**
 * Refuse options that nobody would look at: a misspelt one, or that of another client.
 * @param call for the message, such as `put`
 * @throws CaError `CA_OPTION` that names them and those there are
 */
export function checkOptions<Options extends object>(
  call: string,
  options: Options,
  known: OptionNames<Required<NoInfer<Options>>>,
): void {
  const unknown = Object.keys(options).filter(
    (name) => !Object.hasOwn(known, name) && options[name as keyof Options] !== undefined,
  );
  if (unknown.length === 0) return;
  const names = Object.keys(known).sort().join(', ');
  throw new CaError('CA_OPTION', `${call} doesn't know ${unknown.join(', ')}; it knows ${names}`);
}
