import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseRestOptions } from 'dm/rest';
import { readWorkflowFile } from 'dm/internal/local/workflows/read-workflow-file';
import { loadConfig } from 'dm-ioc/internal/config/load-config';
import t, { type Test } from 'tap';
import ts from 'typescript';
import { parse } from 'yaml';
import { PREPARATIONS } from './documents/preparations.js';
import { fencedBlocks, type FencedBlock } from './documents/fenced-block.js';
import { Reader } from './documents/reader.js';
import { missingLine } from './documents/same-output.js';

/** Every page that a user or a programmer reads. */
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((page) => join('docs', page)),
  ...readdirSync('src')
    .map((name) => join('src', name, 'README.md'))
    .filter(existsSync),
  ...readdirSync('ioc', { recursive: true, encoding: 'utf8' }).map((page) => join('ioc', page)),
]
  .filter((page) => page.endsWith('.md') && !page.includes('node_modules'))
  .sort();

/** Why a block may be left alone, by its attribute `skip`. */
const EXCUSES: readonly string[] = [
  'the whole suite',
  'needs root',
  'needs DM',
  'needs the ports of DM',
  'needs the network',
];
const ATTRIBUTES: readonly string[] = ['exit', 'file', 'skip', 'until'];
const READY = /serves .* CA port/u;

/** One page as it is read, from its beginning. */
interface Reading {
  readonly t: Test;
  readonly page: string;
  readonly reader: Reader;
  hasIoc: boolean;
  /** What the block before printed; null: it printed nothing that could be shown. */
  printed: string | null;
}

async function ensureIoc(reading: Reading): Promise<void> {
  if (reading.hasIoc) return;
  reading.hasIoc = true;
  const { settings = [], shell = ':' } = PREPARATIONS[reading.page] ?? {};
  const set = settings.map((setting) => ` --set "${setting}"`).join('');
  const ioc = await reading.reader.start(`exec npx dm-ioc run${set}`, READY);
  reading.t.match(ioc.output, READY, 'an IOC runs');
  const prepared = await reading.reader.run('sh', '-ec', shell);
  reading.t.equal(prepared.code, 0, 'what the page takes for granted is there', { prepared });
}

async function runShell(reading: Reading, { text, attributes, place }: FencedBlock): Promise<string> {
  const { until, exit = '0' } = attributes;
  if (until !== undefined) {
    const { output } = await reading.reader.start(text, new RegExp(until, 'u'));
    reading.t.match(output, new RegExp(until, 'u'), place, { output });
    reading.hasIoc ||= READY.test(output);
    return output;
  }
  await ensureIoc(reading);
  const { code, output } = await reading.reader.run('bash', '-ec', text);
  reading.t.equal(code, Number(exit), `${place} ends as it should`, { output });
  return output;
}

const AS_TYPED = resolve('test/system/documents/as_typed.py');

async function runPython(reading: Reading, { text, place, attributes }: FencedBlock): Promise<string> {
  await ensureIoc(reading);
  if (attributes['file'] === undefined) {
    const typed = await reading.reader.run('python', AS_TYPED, text);
    reading.t.equal(typed.code, 0, `${place} can be typed at a prompt`, typed);
  }
  const { code, output } = await reading.reader.run('python', '-c', text);
  reading.t.equal(code, 0, `${place} ends well`, { output });
  return output;
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
  types: ['node'],
};

async function runTypeScript({ t, reader }: Reading, { text, place }: FencedBlock): Promise<string> {
  const name = `example-${place.replaceAll(/\W/gu, '-')}`;
  reader.write(`${name}.ts`, text);
  const program = ts.createProgram([join(reader.directory, `${name}.ts`)], OPTIONS);
  const problems = ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), ts.createCompilerHost(OPTIONS));
  t.equal(problems, '', `${place} compiles`);
  program.emit();
  const { code, output } = await reader.run(process.execPath, `${name}.js`);
  t.equal(code, 0, `${place} ends well`, { output });
  return output;
}

/** A workflow, or a part of the configuration. */
async function readYaml({ t, reader }: Reading, { text, place, attributes }: FencedBlock): Promise<null> {
  const { file = 'shown.yaml' } = attributes;
  reader.write(file, text);
  const path = join(reader.directory, file);
  const tree = parse(text) as { stages?: unknown; dm?: { rest?: object } };
  if (tree.stages !== undefined) {
    t.hasProp(await readWorkflowFile(path, 'somebody'), 'workflow', `${place} is a workflow`);
    return null;
  }
  t.ok(loadConfig(path).prefix, `${place} is a configuration`);
  const [ds, cat, proc] = Array<string>(3).fill('http://127.0.0.1:1');
  parseRestOptions({ ds, daq: ds, cat, proc, station: 'S', loginFile: '/login', ...tree.dm?.rest } as never);
  return null;
}

async function checkBy({ t, reader }: Reading, { place }: FencedBlock, ...settings: string[]): Promise<null> {
  const args = settings.flatMap((setting) => ['--set', setting]);
  const { code, output } = await reader.run('npx', 'dm-ioc', 'check', ...args);
  t.equal(code, 0, `${place} is accepted`, { output });
  return null;
}

/** What is done with a block of each language. */
const LANGUAGES: Readonly<Record<string, (reading: Reading, block: FencedBlock) => Promise<string | null>>> = {
  json: ({ t }, { text, place }) => {
    t.ok(JSON.parse(text), `${place} is JSON`);
    return Promise.resolve(null);
  },
  sh: runShell,
  bash: runShell,
  python: runPython,
  ts: runTypeScript,
  yaml: readYaml,
  acf: (reading, block) => checkBy(reading, block, `access.file=${block.attributes['file'] ?? ''}`),
  /** A file for the blocks that follow, which load it. */
  dbd: ({ t }, { place, attributes }) => {
    t.ok(attributes['file'], `${place} names its file`);
    return Promise.resolve(null);
  },
  db: ({ t }, { place, attributes }) => {
    t.ok(attributes['file'], `${place} names its file`);
    return Promise.resolve(null);
  },
  /** A drawing. */
  text: () => Promise.resolve(null),
  mermaid: () => Promise.resolve(null),
  /** What the block before it prints. */
  '': ({ t, printed }, { place, text }) => {
    t.not(printed, null, `${place} follows what prints it`);
    t.equal(missingLine(text, printed ?? ''), undefined, `${place} is what is printed`, { printed });
    return Promise.resolve(printed);
  },
};

async function follow(reading: Reading, block: FencedBlock): Promise<void> {
  const { t } = reading;
  const { place, language, attributes } = block;
  for (const name of Object.keys(attributes)) t.ok(ATTRIBUTES.includes(name), `${place}: attribute ${name}`);
  if (attributes['skip'] !== undefined) {
    t.ok(EXCUSES.includes(attributes['skip']), `${place}: ${attributes['skip']} is a reason to run nothing`);
    reading.printed = null;
    return;
  }
  const handle = LANGUAGES[language];
  if (handle === undefined) t.fail(`${place}: nothing runs a block of ${language}; say how, or skip="…"`);
  else reading.printed = await handle(reading, block);
}

for (const page of PAGES) {
  const blocks = fencedBlocks(page, readFileSync(page, 'utf8'));
  if (blocks.length === 0) continue;
  await t.test(`every block of ${page} does what the page says`, async (t) => {
    const reader = await Reader.begin(t);
    for (const [file, text] of Object.entries(PREPARATIONS[page]?.files ?? {})) reader.write(file, text);
    for (const { attributes, text } of blocks)
      if (attributes['file'] !== undefined) reader.write(attributes['file'], text);
    const reading: Reading = { t, page, reader, hasIoc: false, printed: null };
    try {
      for (const block of blocks) await follow(reading, block);
    } finally {
      await reader.end();
    }
  });
}

await t.test('a block that nobody accounts for is found, whatever its language', (t) => {
  const [shell, unknown, output] = fencedBlocks(
    'page.md',
    'a\n```sh exit=1 until="serves x"\nfalse\n```\n\n- b\n  ```rust\n  fn\n  ```\n\n```\n3 ok\n```\n',
  );
  t.match(shell, { place: 'page.md:2', language: 'sh', attributes: { exit: '1', until: 'serves x' }, text: 'false\n' });
  t.match(unknown, { place: 'page.md:7', language: 'rust', text: 'fn\n' });
  t.equal(LANGUAGES[unknown?.language ?? ''], undefined);
  t.equal(missingLine(output?.text ?? '', 'x\n17   ok\n'), undefined);
  t.equal(missingLine('3 ok\nmore\n', '17 ok\n'), 'more');
  t.end();
});
