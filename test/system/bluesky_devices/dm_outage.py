"""DM goes away behind the IOC, in the middle. Usage: dm_outage.py WORK"""

import json
import os
import socket
import sys
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
RE, dm = engine(), connected()
workflow = dm.workflow[1]
RE(bps.mv(dm.experiment, "demo"))


def dm_is(order):
    control.sendall(f"{order}\n".encode())
    assert answers.readline() == f"{order}\n"


def lost():
    """Until the IOC knows."""
    dm_is("cut")
    until(dm.is_connected, False)


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


def end_meanwhile():
    lost()
    gate.touch()
    dm_is("restore")


text = failure(RE, gated(0, end_meanwhile))
check("a job is done that ends while DM is away", not text, text)
text = failure(RE, gated(3, end_meanwhile))
check("one that fails says why", "the gate is broken" in text, text)

lost()
text = str(ended(begun(workflow.trigger)))
check("a start is refused while DM is away, and says so", "no PROC" in text, text)
dm_is("restore")
until(dm.is_connected, True)


def abort_meanwhile():
    lost()
    RE.abort()
    dm_is("restore")


failure(RE, gated(0, abort_meanwhile))
until(workflow.status, "Aborted")
check("an aborted plan ends its job when DM is back", True)
