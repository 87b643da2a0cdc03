import { IocError } from './ioc-error.js';

/**
 * Macro definitions in the text form that EPICS takes: NAME="value",…
 * @throws IocError `IOC_ARGUMENT` for a name that no database could use
 */
export function macroDefinitions(macros: Readonly<Record<string, string>>): string {
  return Object.entries(macros)
    .map(([name, value]) => {
      if (!/^\w+$/.test(name)) throw new IocError('IOC_ARGUMENT', `"${name}" can't be the name of a macro`);
      return `${name}="${value.replace(/["\\]/g, '\\$&')}"`;
    })
    .join(',');
}
