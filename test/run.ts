// Runs test suites with tap and ends with the plain line "N passed, N failed".
// usage: node build/test/run.js [SUITE]...
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Parser, type Result } from 'tap-parser';

const TAP = join(import.meta.dirname, '../../node_modules/tap/dist/esm/run.mjs');
const OUTPUT = join(import.meta.dirname, '../results.tap');

/** In the order in which they run. `bench` has no tests. */
const SUITES = ['unit', 'native', 'system', 'stress', 'packages'];

/** What was compiled from a source that is gone is no test any more. */
function sourceOf(file: string): string {
  return join(import.meta.dirname, '../../test', relative(import.meta.dirname, file)).replace(/js$/u, 'ts');
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((suite) => !SUITES.includes(suite));
if (unknown.length > 0) {
  process.stderr.write(`no suite ${unknown.join(', ')}; the suites are ${SUITES.join(', ')}\n`);
  process.exit(2);
}
const suites = wanted.length > 0 ? wanted : SUITES;
const files = suites
  .map((suite) => join(import.meta.dirname, suite))
  .flatMap((dir) => readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((file) => join(dir, file)))
  .filter((file) => file.endsWith('.test.js') && existsSync(sourceOf(file)))
  .sort();

let passed = 0;
const failures: string[] = [];
const subtests = new Set<string>();

function count(parser: Parser, path: readonly string[]): void {
  parser.on('child', (child: Parser) => {
    const childPath = [...path, child.name];
    subtests.add(childPath.join(' > '));
    count(child, childPath);
  });
  parser.on('assert', (result: Result) => {
    const name = [...path, result.name].join(' > ');
    // A point that only sums up a subtest has its points counted already.
    if (!result.ok && !failures.some((failure) => failure.startsWith(`${name} > `))) failures.push(name);
    if (result.ok && !subtests.has(name)) passed += 1;
  });
}

rmSync(OUTPUT, { force: true });
const child = spawn(process.execPath, [TAP, '--reporter=terse', `--output-file=${OUTPUT}`, ...files], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
child.on('close', (code) => {
  if (existsSync(OUTPUT)) {
    const parser = new Parser();
    count(parser, []);
    parser.end(readFileSync(OUTPUT, 'utf8'));
  }
  for (const failure of failures) process.stdout.write(`FAILED: ${failure}\n`);
  if (files.length === 0) process.stdout.write(`no test file in ${suites.join(', ')}\n`);
  process.stdout.write(
    `\nNode ${process.version}, ${files.length} files\n${passed} passed, ${failures.length} failed\n`,
  );
  process.exitCode = code !== 0 || failures.length > 0 || passed === 0 ? 1 : 0;
});
