"""Fails where Python's prompt would not take a text as it is, such as a block that no empty line ends. Usage: as_typed.py TEXT"""

import codeop
import sys

lines: list[str] = []
for line in [*sys.argv[1].split("\n"), ""]:
    lines.append(line)
    if codeop.compile_command("\n".join(lines), symbol="single") is not None:
        lines = []
