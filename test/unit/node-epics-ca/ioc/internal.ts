import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Import a compiled module of node-epics-ca that the package doesn't export. */
export async function internal<T>(module: string): Promise<T> {
  return (await import(pathToFileURL(resolve('src/node-epics-ca/dist/ioc', `${module}.js`)).href)) as T;
}
