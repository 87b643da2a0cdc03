"""Puts commands to a stream, one after the other: one line of JSON, microseconds. usage: user_side.py PV COUNT"""

import json
import statistics
import sys
import time

from p4p.client.thread import Context

pv, count = sys.argv[1], int(sys.argv[2])
times = []
with Context("pva", nt=False) as context:
    for turn in range(-20, count):
        before = time.perf_counter()
        context.put(pv, {"command": "prepare", "arguments": "{}"})
        if turn >= 0:
            times.append(time.perf_counter() - before)
print(json.dumps({"us": statistics.median(times) * 1e6}))
