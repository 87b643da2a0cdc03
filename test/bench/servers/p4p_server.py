"""p4p SharedPVs with put handlers in its threads. PVAccess only."""

import sys
import time

from commands import lines, publish, reply, storm_round
from p4p.nt import NTScalar
from p4p.server import Server
from p4p.server.thread import SharedPV

prefix, count = sys.argv[1], int(sys.argv[2])


class Accept:
    def put(self, pv, op):
        pv.post(op.value())
        op.done()


pvs = {}
for i in range(count):
    pvs[f"{prefix}:set{i}"] = SharedPV(nt=NTScalar("d"), initial=0.0, handler=Accept())
    pvs[f"{prefix}:get{i}"] = SharedPV(nt=NTScalar("d"), initial=0.0)
setters = [pvs[f"{prefix}:get{i}"].post for i in range(count)]

with Server(providers=[pvs]):
    reply(ready=True)
    for word, number in lines():
        if word == "publish":
            publish(setters, int(number))
        elif word == "storm":
            end = time.perf_counter() + number
            value = 0.0
            while time.perf_counter() < end:
                value += 1
                storm_round(setters, value)
            reply(posted=value * count, last=value)
