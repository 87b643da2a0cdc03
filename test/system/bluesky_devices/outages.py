"""The IOC goes away in the middle. Usage: outages.py WORK PROGRAM SETTING...

WORK is a directory for the storage of the IOC, which this script starts, kills and starts again on the same ports.
"""

import json
import sys
import threading
from pathlib import Path

from own_ioc import Ioc

WORK, PROGRAM, *SETTINGS = sys.argv[1:]
ioc = Ioc(WORK, PROGRAM, SETTINGS)
ioc.start()

# What talks Channel Access reads when it is imported where the IOC is.
import bluesky.plan_stubs as bps  # noqa: E402
from bluesky.preprocessors import run_decorator  # noqa: E402

from checks import (  # noqa: E402
    JOB_INPUT,
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

RE, dm = engine(), connected()
workflow = dm.workflow[1]
RE(bps.mv(dm.experiment, "demo"))
gate = Path(WORK) / "gate"
restart_then_end, end_then_restart = ioc.restarts(gate)


def arguments(end):
    """Of a job that ends when there is a file, so that it can end while the IOC is away."""
    return {"gate": str(gate), "end": end}


def gated(**options):
    return bps.abs_set(
        workflow, "gated", file_path=JOB_INPUT, args=arguments(0), wait=True, **options
    )


@run_decorator()
def gated_in_a_run(end, then):
    """DM has the job when it happens."""
    yield from bps.mv(workflow.workflow, "gated", workflow.file_path, JOB_INPUT)
    yield from bps.mv(workflow.args, json.dumps(arguments(end)))
    yield from bps.kickoff(workflow, wait=True)
    happening = in_thread(then)
    yield from bps.complete(workflow, wait=True)
    happening.join()


def when_running(then):
    """While Start may be under way yet."""

    def work():
        until(workflow.status, "Running")
        then()

    return in_thread(work)


for restart in (restart_then_end, end_then_restart):
    gate.unlink(missing_ok=True)
    text = failure(RE, gated_in_a_run(0, restart))
    state = values(workflow)["status"]
    check(
        f"a job that is done is done over a kill -9 ({restart.__name__})",
        text == "" and state == "Done",
        text,
    )
    gate.unlink()
    text = failure(RE, gated_in_a_run(3, restart))
    check(
        f"a job that fails fails over a kill -9, with its stderr ({restart.__name__})",
        "the gate is broken" in text,
        text,
    )

# ---- in the middle of the start, when the IOC may have shown the job, and not saved its id yet
gate.unlink(missing_ok=True)
restarting = when_running(restart_then_end)
text = failure(RE, gated())
restarting.join()
check("a start that was never answered is followed all the same", text == "", text)

# ---- a start that takes long is lost
stream = dm.stream[1]
for signal, text in ((stream.workflow, "gated"), (stream.file_path, JOB_INPUT)):
    RE(bps.mv(signal, text))
RE(bps.mv(stream.args, json.dumps(arguments(3))))
gate.unlink(missing_ok=True)
started = begun(lambda: stream.start.set(1))
until(stream.status, "Starting")
held = value(stream.stream_id)
end_then_restart()
text = str(ended(started))
RE(bps.trigger(dm.jobs, wait=True))
check(
    "a start that was lost with the connection fails, and is not put again",
    "disconnected before" in text
    # None: the IOC was killed before it had saved it.
    and value(stream.stream_id) in (held, ""),
    text,
)

# ---- an IOC that is gone
gate.unlink(missing_ok=True)
ended(begun(workflow.kickoff))
ioc.kill()
text = str(ended(begun(lambda: workflow.complete(timeout=5))))
check(
    "an IOC that is gone for good fails at the user's time limit, and says so",
    "timeout after 5 s" in text and "is not connected" in text and "goes on" in text,
    text,
)
status = begun(lambda: workflow.set("gated", file_path=JOB_INPUT))
told = threading.Event()
status.watch(lambda *, name, **_: told.set() if "not connected" in name else None)
told.wait()
check(
    "without a limit, a status says what it waits for",
    "dm:WF1:Abort, which is not connected" in str(status),
    status,
)
workflow.stop()
check(
    "stop() ends that waiting",
    "nothing was started" in str(ended(status)),
    status,
)
text = failure(RE, gated(timeout=1))
check(
    "a start that could not be put says after its time limit that nothing was started",
    "timeout after 1 s" in text and text.endswith("nothing was started"),
    text,
)
text = failure(RE, bps.abs_set(dm.experiment, "demo", timeout=1, wait=True))
check("a setpoint says so, too", "dm:Experiment, which is not connected" in text, text)
waiting = begun(lambda: dm.experiment.set("demo"))
ioc.start()
check("and is put when the IOC is back", ended(waiting) is None, waiting)
until(workflow.status, "Running")
gate.touch()
check(
    "complete finds the job that went on",
    failure(RE, bps.complete(workflow, wait=True)) == "",
    values(workflow),
)

# ---- an interrupted plan while the IOC is away
gate.unlink(missing_ok=True)


def abort_while_away():
    ioc.kill()
    RE.abort()
    ioc.start()


failure(RE, gated_in_a_run(0, abort_while_away))
until(workflow.status, "Aborted")
check("what an aborted plan has started is ended when the IOC is back", True)
ioc.stop()
