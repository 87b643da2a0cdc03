"""Serves objects of a stream that live outside the IOC, by p4p or by pvapy: `library kind name directory [fields]`.

`report` takes puts and shows them, as Bluesky would; the stage `reopen` closes it and opens it again. `command` writes down what is put, in the file `told` of the directory, and does each
sequence once: `bad` is refused, `slow` is answered when the file `go` is there. `frames` shows frames of so many kilobytes.
"""

import sys
import threading
import time
from pathlib import Path

LIBRARY, KIND, NAME, DIRECTORY, *REST = sys.argv[1:]
TOLD = Path(DIRECTORY, "told")
REPORT = {
    "streamId": "s",
    "sequence": "l",
    "state": "s",
    "stage": "s",
    "progress": "d",
    "nReceived": "l",
    "nProcessed": "l",
    "message": "s",
    "commandPv": "s",
    "results": "s",
    "alarm": ("S", "alarm_t", [("severity", "i"), ("status", "i"), ("message", "s")]),
}
COMMAND = {
    "streamId": "s",
    "sequence": "l",
    "command": "s",
    "arguments": "s",
    "source": "s",
}


def tell(line):
    with TOLD.open("a") as told:
        told.write(line + "\n")


def known():
    """What was done by this server or the one before it."""
    lines = TOLD.read_text().splitlines() if TOLD.exists() else []
    return {line.split()[0] for line in lines}


def by_p4p():
    from p4p import Type, Value
    from p4p.server import Server
    from p4p.server.raw import SharedPV

    chosen = REST[0].split(",") if REST else None
    fields = {"report": REPORT, "command": COMMAND}[KIND]
    structure = Type(
        [(n, t) for n, t in fields.items() if chosen is None or n in chosen]
    )

    class Handler:
        def put(self, pv, op):
            if KIND == "report":
                pv.post(op.value())
                op.done()
                if op.value().changed("stage") and op.value().stage == "reopen":
                    last = pv.current()
                    pv.close()
                    pv.open(last)
            else:
                threading.Thread(
                    target=self.do, args=(op, op.value()), daemon=True
                ).start()

        def do(self, op, value):
            sequence = str(value.sequence)
            if sequence in known():
                tell(f"{sequence} again")
            else:
                tell(f"{sequence} {value.command} {value.arguments}")
                while value.command == "slow" and not Path(DIRECTORY, "go").exists():
                    time.sleep(0.05)
            if value.command == "bad":
                op.done(error="the sample is warm")
            else:
                op.done()

    pv = SharedPV(initial=Value(structure, {}), handler=Handler())
    with Server([{NAME: pv}]):
        threading.Event().wait()


def by_pvapy():
    from pvaccess import INT, LONG, STRING, PvaServer, PvObject

    types = {"s": STRING, "l": LONG, "i": INT}
    command = PvObject({name: types[code] for name, code in COMMAND.items()})
    server = PvaServer()

    def take(value):
        tell(f"{value['sequence']} {value['command']} {value['arguments']}")

    server.addRecord(NAME, command, take)
    server.start()
    threading.Event().wait()


def frames():
    import numpy
    from p4p.nt import NTNDArray
    from p4p.server import Server
    from p4p.server.raw import SharedPV

    kilobytes, first, step = (int(one) for one in REST)
    pixels = numpy.zeros((kilobytes, 1024), numpy.uint8)
    wrap = NTNDArray().wrap
    pv = SharedPV(initial=wrap(pixels))
    with Server([{NAME: pv}]):
        number = first
        while True:
            time.sleep(0.02)
            frame = wrap(pixels)
            frame.uniqueId = number
            pv.post(frame)
            number += step


if KIND == "frames":
    frames()
elif LIBRARY == "p4p":
    by_p4p()
else:
    by_pvapy()
