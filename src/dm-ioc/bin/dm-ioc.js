#!/usr/bin/env -S node --max-semi-space-size=4
// A small young generation: a burst of jobs would make V8 enlarge it, and it stays so. That is 30 MB for no measurable speed.
import '../dist/cli/main.js';
