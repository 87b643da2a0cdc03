"""DM goes away behind the IOC, in the middle. Usage: dm_outage.py WORK"""

import json
import logging
import os
import socket
import sys
import threading
from pathlib import Path

import bluesky.plan_stubs as bps
from bluesky.preprocessors import run_decorator

from checks import (
    JOB_INPUT,
    Until,
    begun,
    check,
    connected,
    ended,
    engine,
    failure,
    in_thread,
    until,
    value,
    values,
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
check(
    "a start while DM is away is not sent again, and says so",
    "Outcome unknown, not sent again" in text,
    text,
)
dm_is("restore")
until(dm.is_connected, True)


errors, is_told = [], threading.Event()


class Errors(logging.Handler):
    def emit(self, record):
        errors.append(record.getMessage())
        is_told.set()


logging.getLogger("dm_ioc").addHandler(Errors(logging.ERROR))


def abort_and_refused():
    """DM comes back after it could not take the Abort."""
    lost()
    refused = Until(dm.message, lambda text: "WF1:Abort" in text)
    RE.abort()
    refused.wait()
    dm_is("restore")


failure(RE, gated(0, abort_and_refused))
until(workflow.status, "Aborted")
check("an aborted plan ends its job when DM is back", not errors, errors)
until(dm.is_connected, True)


def abort_for_good():
    lost()
    RE.abort()


workflow.abort_timeout = 3
failure(RE, gated(0, abort_for_good))
is_told.wait()
job = value(workflow.job_id)
check(
    "when DM doesn't come back, the log says which job goes on, and why",
    f"job {job} goes on: timeout after 3 s" in errors[0]
    and "dm:WF1:Abort" in errors[0],
    errors,
)
dm_is("restore")
until(dm.is_connected, True)
RE(bps.trigger(workflow.abort, wait=True))
check(
    "which can be ended by Abort then",
    values(workflow)["job_id"] == job and values(workflow)["status"] == "Aborted",
)
