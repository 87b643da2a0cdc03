import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { loopbackEnvironment } from '../loopback-environment.js';
import { cleanEnvironment, runProgram } from '../system/ioc-process.js';

const ROOT = join(import.meta.dirname, '../../..');
/** Within the checkout, so that the examples find the packages. */
const DIRECTORY = join(ROOT, 'build/readme-examples');

/** Package -> what its example prints. */
const EXAMPLES = {
  'node-epics-ca': '5\nCA_PUT_FAILED\n',
  'epics-pva-ts': /^5 3\n\{ id: \[ 'a', 'b' \], percent: Float64Array\(2\) \[ 10, 20 \] \}\n.*: at most 10\n$/u,
  'node-pvxs': '{ value: 9007199254740993n }\n',
  dm: 'done\n',
} as const;

function example(name: string, language: string): string {
  const readme = readFileSync(join(ROOT, 'src', name, 'README.md'), 'utf8');
  return new RegExp(`^\`\`\`${language}\n(?<code>.*?)^\`\`\`$`, 'msu').exec(readme)?.groups?.['code'] ?? '';
}

const options: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
  types: ['node'],
};

await t.test('the examples of the packages compile', (t) => {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(join(DIRECTORY, 'package.json'), '{ "type": "module", "private": true }\n');
  for (const language of ['dbd', 'db']) {
    writeFileSync(join(DIRECTORY, `example.${language}`), example('node-epics-ca', language));
  }
  const files = Object.keys(EXAMPLES).map((name) => join(DIRECTORY, `${name}.ts`));
  for (const name of Object.keys(EXAMPLES)) writeFileSync(join(DIRECTORY, `${name}.ts`), example(name, 'ts'));
  const program = ts.createProgram(files, options);
  const problems = ts.getPreEmitDiagnostics(program);
  t.equal(ts.formatDiagnostics(problems, ts.createCompilerHost(options)), '');
  program.emit();
  t.end();
});

for (const [name, printed] of Object.entries(EXAMPLES)) {
  await t.test(`the example of ${name} does what its page says`, async (t) => {
    const environment = { ...cleanEnvironment(), ...(await loopbackEnvironment()) };
    const { code, stdout, stderr } = await runProgram(
      'sh',
      ['-c', 'cd "$1" && exec "$2" "$3"', 'sh', DIRECTORY, process.execPath, `${name}.js`],
      environment,
      60_000,
    );
    t.match(stdout, printed);
    t.equal(code, 0, 'and ends', { stderr });
  });
}
