"""The network to the IOC is cut, or falls silent, in the middle. Usage: cut_network.py WORK"""

import json
import os
import socket
import sys
import threading
from pathlib import Path

import bluesky.plan_stubs as bps
from bluesky.preprocessors import run_decorator

from checks import (
    JOB_INPUT,
    begun,
    check,
    connected,
    ended,
    engine,
    failure,
    in_thread,
    until,
)

gate = Path(sys.argv[1])
control = socket.create_connection(("127.0.0.1", int(os.environ["NETWORK_CONTROL"])))
answers = control.makefile()


def network(order):
    control.sendall(f"{order}\n".encode())
    assert answers.readline() == f"{order}\n"


def lost_by(order):
    """Until the client knows."""
    network(order)
    is_known = threading.Event()
    # It asks for what the slot holds, and changes nothing.
    status = begun(other_slot.complete)
    status.watch(
        lambda *, name, **_: is_known.set() if "not connected" in name else None
    )
    is_known.wait()


RE, dm = engine(), connected()
workflow, other_slot = dm.workflow[1], dm.workflow[2]
RE(bps.mv(dm.experiment, "demo"))


@run_decorator()
def gated(end, happens):
    """DM has the job when it happens."""
    gate.unlink(missing_ok=True)
    yield from bps.mv(workflow.workflow, "gated", workflow.file_path, JOB_INPUT)
    yield from bps.mv(workflow.args, json.dumps({"gate": str(gate), "end": end}))
    yield from bps.kickoff(workflow, wait=True)
    happening = in_thread(happens)
    yield from bps.complete(workflow, wait=True)
    happening.join()


for order in ("cut", "silence"):

    def end_meanwhile():
        lost_by(order)
        gate.touch()
        network("restore")

    text = failure(RE, gated(0, end_meanwhile))
    check(
        f"a job is done that ends while the network is lost ({order})", not text, text
    )
    text = failure(RE, gated(3, end_meanwhile))
    check(f"one that fails says why ({order})", "the gate is broken" in text, text)

    def abort_meanwhile():
        lost_by(order)
        RE.abort()
        network("restore")

    failure(RE, gated(0, abort_meanwhile))
    until(workflow.status, "Aborted")
    check(f"an aborted plan ends its job when the network is back ({order})", True)

    # ---- a put that waits in DM's line is lost with the network
    lost_by(order)
    text = str(ended(begun(lambda: dm.experiment.set("demo", timeout=1))))
    # Nobody tells of a silent network before the silence has lasted.
    said = "dm:Experiment" if order == "silence" else "not connected"
    check(f"a put says what it waits for ({order})", said in text, text)
    waiting = begun(lambda: dm.experiment.set("demo"))
    network("restore")
    error = ended(waiting)
    check(f"and is put when the network is back ({order})", error is None, error)
