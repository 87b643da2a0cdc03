"""A C IOC of EPICS base: soft_ioc.py DATABASE ACCESS_FILE. Each line of stdin names another access security file to load."""

import sys

from epicscorelibs import ioc

database, access_file = sys.argv[1:]
ioc.dbCore.asSetFilename(access_file.encode())
ioc.start_ioc(database)
print("ready", flush=True)
for line in sys.stdin:
    ioc.dbCore.asSetFilename(line.strip().encode())
    ioc.dbCore.asInit()
