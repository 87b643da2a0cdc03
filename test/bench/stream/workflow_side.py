"""The workflow's side of a stream for the benchmark; says Ready, then answers commands until it is told to stop.

A command ``report`` with arguments ``{"count": N}`` makes it write N reports, one after the other, and say in a last one how long
that took.
"""

import json
import queue
import time
from os import environ

from p4p.client.thread import Context

stream = {"streamId": environ["streamId"]}
context = Context("pva", nt=False)
updates = queue.SimpleQueue()
done = 0
sequence = 0


def report(**fields):
    global sequence
    sequence += 1
    context.put(environ["reportPv"], {**stream, "sequence": sequence, **fields})


def write_reports(count):
    before = time.perf_counter()
    for number in range(1, count + 1):
        report(nReceived=number)
    report(results=json.dumps({"seconds": time.perf_counter() - before}))


report(state="Ready")
subscription = context.monitor(environ["commandPv"], updates.put)
while True:
    for command in updates.get().pending:
        if command.sequence <= done:
            continue
        done = command.sequence
        context.put(environ["ackPv"], {**stream, "sequence": done, "accepted": True})
        if command.command == "report":
            write_reports(json.loads(command.arguments)["count"])
        if command.command == "stop":
            report(state="Done")
            raise SystemExit
