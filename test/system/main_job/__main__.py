"""The mission's file-based outline, driven by unmodified clients. Usage: python main_job bluesky|ca|pva ROOT WORK

Prints one JSON line for each check: {"name": ..., "ok": ..., "detail": ...}. The IOC is found by the EPICS_* variables.
ROOT is the storage of the local engine, WORK a directory for the files that the detector writes.
"""

import importlib
import sys
from pathlib import Path

importlib.import_module(f"by_{sys.argv[1]}").run(Path(sys.argv[2]), Path(sys.argv[3]))
