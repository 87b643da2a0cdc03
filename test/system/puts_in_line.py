"""Puts 1 with completion to a PV several times on one channel, as a plan does that was interrupted and is run again.

Usage: puts_in_line.py PV COUNT. Prints `sent`, then the status of each answer (1: done, 160: failed), until it is killed.
"""

import ctypes
import sys
import time

import epics
from epics import ca, dbr

channel = epics.get_pv(sys.argv[1], connect=True, timeout=300)
callback = dbr.make_callback(
    lambda args: print(f"answer {args.status}", flush=True), dbr.event_handler_args
)
one = (ctypes.c_short * 1)(1)
for number in range(int(sys.argv[2])):
    ca.libca.ca_array_put_callback(
        dbr.SHORT,
        1,
        channel.chid,
        ctypes.byref(one),
        callback,
        ctypes.py_object(number),
    )
ca.flush_io()
print("sent", flush=True)
while True:
    ca.poll()
    time.sleep(0.01)
