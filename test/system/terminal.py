"""Runs a program on a terminal and ends as the program does.

usage: terminal.py close|hold PROGRAM ARGUMENT...
close: the terminal is closed when a line comes on stdin. hold: it takes nothing beyond its own room, so that who writes waits.
"""

import os
import pty
import select
import signal
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))


def close_when_told():
    while True:
        ready, _, _ = select.select([terminal, sys.stdin], [], [])
        if sys.stdin in ready:
            break
        os.read(terminal, 65536)
    os.close(terminal)
    print("closed", flush=True)


if sys.argv[1] == "close":
    close_when_told()
_, status = os.waitpid(pid, 0)
os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
