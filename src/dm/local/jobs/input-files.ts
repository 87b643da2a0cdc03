import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { DmInvalidArgumentError } from '../../errors.js';
import { fileMetadata } from '../catalog/file-metadata.js';
import type { LocalExperiments } from '../experiments/local-experiments.js';
import type { FileRepository } from '../store/file-repository.js';
import type { TreeService } from '../tree/tree-service.js';
import { selectionOf } from '../tree/file-selection.js';
import { INPUT_KEYS } from './job-keys.js';
import { PathPattern } from './path-pattern.js';

export interface InputFilesContext {
  readonly experiments: LocalExperiments;
  readonly files: FileRepository;
  readonly tree: TreeService;
}

/** What a job works on. */
export interface InputFiles {
  readonly paths: readonly string[];
  /** Several files, so `$filePath` stands for each of them in turn. */
  readonly multiple: boolean;
}

const queryDictSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** The argument that says what the job works on; undefined when there is none, which DM refuses. Source: aps-dm 3.4. */
export function inputKey(args: Readonly<Record<string, unknown>>): (typeof INPUT_KEYS)[number] | undefined {
  return INPUT_KEYS.find((key) => args[key] !== undefined && args[key] !== null && args[key] !== '');
}

/** Find the files. A single `filePath` is taken as it is, whether it exists or not (DM does so, too). @throws DmInvalidArgumentError */
export async function inputFiles(
  args: Readonly<Record<string, unknown>>,
  context: InputFilesContext,
): Promise<InputFiles> {
  const key = inputKey(args);
  switch (key) {
    case 'filePathList':
      return { paths: pathList(args[key]), multiple: true };
    case 'filePathPattern':
      return { paths: await matchingFiles(args, context), multiple: true };
    case 'fileQueryDict':
      return { paths: await queriedFiles(args, context), multiple: true };
    case 'dataDir': {
      const directory = textOf(args, key);
      return { paths: await filesBelow(directory, context), multiple: true };
    }
    case 'filePath':
      return { paths: [textOf(args, key)], multiple: false };
    case undefined:
      return { paths: [], multiple: false };
  }
}

function textOf(args: Readonly<Record<string, unknown>>, key: string): string {
  const value = args[key];
  if (typeof value === 'string' && value !== '') return value;
  throw new DmInvalidArgumentError(`Argument ${key} must be text.`);
}

function pathList(value: unknown): string[] {
  const list: unknown[] =
    typeof value === 'string' ? value.split(',').map((path) => path.trim()) : Array.isArray(value) ? value : [];
  const paths = list.filter((path): path is string => typeof path === 'string' && path !== '');
  if (paths.length > 0 && paths.length === list.length) return paths;
  throw new DmInvalidArgumentError('Argument filePathList must be a list of paths, or text with commas between.');
}

/** A pattern is absolute, or relative to `dataDir`, or else to the experiment's data directory. */
async function matchingFiles(args: Readonly<Record<string, unknown>>, context: InputFilesContext): Promise<string[]> {
  const pattern = textOf(args, 'filePathPattern');
  const parts = new PathPattern(isAbsolute(pattern) ? '/' : baseDirectory(args, context), pattern);
  const paths = await filesBelow(parts.base, context, (path) => parts.matches(path));
  if (paths.length === 0)
    throw new DmInvalidArgumentError(`filePathPattern ${pattern} matches no file below ${parts.base}.`);
  return paths;
}

function baseDirectory(args: Readonly<Record<string, unknown>>, context: InputFilesContext): string {
  if (typeof args['dataDir'] === 'string') return args['dataDir'];
  if (typeof args['experimentName'] === 'string')
    return context.experiments.find(args['experimentName']).directories.data;
  throw new DmInvalidArgumentError('A relative filePathPattern needs the argument dataDir or experimentName.');
}

/** Files of the catalogue whose metadata have the given values. */
async function queriedFiles(
  args: Readonly<Record<string, unknown>>,
  { experiments, files }: InputFilesContext,
): Promise<string[]> {
  const value = args['fileQueryDict'];
  const query = queryDictSchema.safeParse(typeof value === 'string' ? parseJson(value) : value);
  if (!query.success)
    throw new DmInvalidArgumentError('Argument fileQueryDict must be an object of metadata keys and plain values.');
  const { record, directories } = experiments.find(textOf(args, 'experimentName'));
  const paths: string[] = [];
  for await (const page of files.iterate(record.id)) {
    for (const file of page) {
      const metadata: Readonly<Record<string, unknown>> = fileMetadata(file, record.name);
      if (Object.entries(query.data).every(([key, wanted]) => metadata[key] === wanted))
        paths.push(join(directories[file.area], file.path));
    }
  }
  if (paths.length === 0)
    throw new DmInvalidArgumentError(`fileQueryDict matches no file of experiment ${record.name}.`);
  return paths;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The files of a tree, sorted; those of many thousands take many turns, and are sorted in a thread. @param takes of a path relative to the directory */
async function filesBelow(
  directory: string,
  { tree }: InputFilesContext,
  takes: (path: string) => boolean = () => true,
): Promise<string[]> {
  const paths: string[] = [];
  const { errors } = await tree.scan(
    directory,
    selectionOf({}),
    (entries) => {
      for (const { path } of entries) if (takes(path)) paths.push(join(directory, path));
    },
    true,
  );
  const missing = errors.find(({ path }) => path === '');
  if (missing !== undefined) throw new DmInvalidArgumentError(`Directory ${directory}: ${missing.message}`);
  return paths;
}
