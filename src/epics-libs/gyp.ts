// Answers epics.gypi: node gyp.js include-flags|libraries|cxx11-abi
import { locateEpics } from './locate-epics.js';

const libraries = locateEpics();
const answers: Readonly<Record<string, readonly string[]>> = {
  'include-flags': libraries.includeDirs.flatMap((dir) => ['-isystem', dir]),
  libraries: [
    ...libraries.libDirs.flatMap((dir) => [`-L${dir}`, `-Wl,-rpath,${dir}`]),
    ...libraries.libraries.map((name) => `-l${name}`),
  ],
  'cxx11-abi': [String(libraries.cxx11Abi)],
};
process.stdout.write((answers[process.argv[2] ?? ''] ?? []).join('\n') + '\n');
