"""Runs a program on a terminal, closes the terminal when a line comes on stdin, and ends as the program does.

usage: terminal.py PROGRAM ARGUMENT...
"""

import os
import pty
import select
import signal
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))


def show_until_told():
    """What the program prints is taken from its terminal and thrown away."""
    while True:
        ready, _, _ = select.select([terminal, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        try:
            os.read(terminal, 65536)
        except OSError:
            return


show_until_told()
os.close(terminal)
print("closed", flush=True)
_, status = os.waitpid(pid, 0)
os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
