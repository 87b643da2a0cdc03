// Loaded into an IOC by NODE_OPTIONS. SIGALRM keeps its event loop from running until the file of HANG_UNTIL is there, and SIGWINCH
// lets it throw where nobody catches it.
import { existsSync } from 'node:fs';

process.on('SIGALRM', () => {
  while (!existsSync(process.env['HANG_UNTIL'] ?? ''));
});
process.on('SIGWINCH', () => {
  throw new Error('thrown on purpose');
});
