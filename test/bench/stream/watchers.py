"""Follows a PV as many times as asked; at the end of its input says how many updates came. usage: watchers.py PV COUNT"""

import json
import sys
import threading

from p4p.client.thread import Context

pv, count = sys.argv[1], int(sys.argv[2])
lock = threading.Lock()
seen = [0] * count
connected = threading.Event()
contexts = [Context("pva", nt=False) for _ in range(count)]


def follower(number):
    def take(_value):
        with lock:
            seen[number] += 1
            if all(seen) and not connected.is_set():
                connected.set()
                print("connected", flush=True)

    return take


subscriptions = [
    context.monitor(pv, follower(number)) for number, context in enumerate(contexts)
]
sys.stdin.read()
print(json.dumps({"fewest": min(seen), "most": max(seen)}))
