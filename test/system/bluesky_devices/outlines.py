"""The ready plans, and streams. Usage: outlines.py WORK"""

import json
import sys
from pathlib import Path

import bluesky.plan_stubs as bps
import bluesky.plans as bp
from ophyd.sim import det

from checks import (
    JOB_INPUT,
    check,
    connected,
    engine,
    failure,
    in_thread,
    until,
    value,
    values,
)
from dm_ioc import plans

work = Path(sys.argv[1])
(work / "frames").mkdir(parents=True)
parameters = work / "parameters.json"
parameters.write_text("{}")
talk = {
    "python": sys.executable,
    "script": str(Path(__file__).parent / "talking_workflow.py"),
}
RE, dm = engine(), connected()
workflow, stream = dm.workflow[1], dm.stream[1]


def scan():
    uid = yield from bp.count([det])
    (work / "frames" / f"{uid}.dat").write_text("what a detector writes")
    return uid


# ---- files
text = failure(
    RE,
    plans.file_based(
        connected("fresh"), scan(), workflow="variables", file_path=JOB_INPUT, n=5
    ),
)
check(
    "file_based needs neither a DAQ nor a device that was used before", not text, text
)
RE(plans.setup_user(dm, "demo", str(work / "frames"), str(parameters)))
check("setup_user selects the experiment", values(dm.experiment)["selected"] == "demo")
check("setup_user starts a DAQ", values(dm.daq[1])["status"] == "Running")
check("setup_user stores the parameters", values(dm.upload[1])["n_completed"] == 1)
(work / "others").mkdir()
text = failure(RE, plans.setup_user(dm, "demo", str(work / "others")))
check("a slot that watches a directory refuses another", "use another slot" in text)
RE(plans.setup_user(dm, "demo", str(work / "others"), slot=2))
RE(
    plans.file_based(
        dm, bps.null(), workflow="variables", file_path=JOB_INPUT, daq_slot=2, n=5
    )
)
check(
    "setup_user and file_based take another slot",
    values(dm.daq[2])["status"] == "Running" and values(workflow)["status"] == "Done",
    values(dm.daq[2]),
)
RE(bps.trigger(dm.daq[2].finish, wait=True))
daq = value(dm.daq[1].daq_id)
RE(plans.setup_user(dm, "demo", str(work / "frames")))
check("setup_user again takes over the DAQ", value(dm.daq[1].daq_id) == daq)
RE(
    plans.file_based(
        dm, scan(), workflow="variables", file_path=lambda uid: f"{uid}.dat", n=5
    )
)
check(
    "file_based processes what the plan has taken",
    json.loads(values(workflow)["variables"])["found"] == "5"
    and value(workflow.file_path).endswith(".dat")
    and values(dm.daq[1])["n_completed"] == 1,
    values(workflow),
)
text = failure(
    RE, plans.file_based(dm, scan(), workflow="complains", file_path=JOB_INPUT)
)
check(
    "file_based fails with the job's reason", "the detector file is cut" in text, text
)
RE(plans.run_workflow(dm, "sleep", JOB_INPUT, wait=False, seconds=1))
check(
    "run_workflow without waiting leaves the job",
    values(workflow)["status"] in ("Pending", "Running"),
)
check("which ends well", failure(RE, bps.complete(workflow, wait=True)) == "")
RE(bps.trigger(dm.daq[1].finish, wait=True))
text = failure(
    RE, plans.file_based(dm, scan(), workflow="variables", file_path=JOB_INPUT, n=5)
)
check("file_based needs no DAQ that has ended", not text, text)

# ---- streams
seen = []


def until_done(status):
    while not status.done:
        yield from bps.sleep(0.05)


def take_frames():
    seen.append((yield from bps.rd(stream.status)))
    yield from until_done(stream.send("configure", {"gain": 2}))
    refused = stream.send("dance")
    yield from until_done(refused)
    seen.append(str(refused.exception(timeout=0)))
    return (yield from bp.count([det]))


RE(plans.streaming(dm, take_frames(), workflow="talks", data_pv="no:frames", **talk))
check("streaming begins when the workflow is ready", seen[0] == "Ready", seen)
check("a command that is refused says why", "what is dance?" in seen[1], seen)
results = values(stream)
check(
    "streaming ends when the workflow has finished, with its results",
    results["status"] == "Done" and json.loads(results["results"]) == {"gain": 2},
    results,
)


def fails():
    yield from bps.null()
    raise ValueError("the beam is gone")


text = failure(
    RE, plans.streaming(dm, fails(), workflow="talks", data_pv="no:frames", **talk)
)
until(stream.status, "Aborted")
check("a plan that fails ends the stream", "the beam is gone" in text, text)


def waits():
    in_thread(RE.abort)
    yield from bps.sleep(600)


failure(RE, plans.streaming(dm, waits(), workflow="talks", data_pv="no:frames", **talk))
again = failure(
    RE, plans.streaming(dm, scan(), workflow="talks", data_pv="no:frames", **talk)
)
check(
    "after RE.abort the same stream runs again at once",
    again == "" and values(stream)["status"] == "Done",
    again,
)
text = failure(
    RE,
    plans.streaming(
        dm,
        scan(),
        workflow="talks",
        data_pv="no:frames",
        python="/no/python",
        script="",
    ),
)
check(
    "a workflow that can't start fails the plan with the reason",
    "/no/python" in text,
    text,
)


def abort_before_ready():
    until(stream.status, "Starting")
    RE.abort()


in_thread(abort_before_ready)
text = failure(
    RE, plans.streaming(dm, scan(), workflow="sleep", data_pv="no:frames", seconds=600)
)
until(stream.status, "Aborted")
again = failure(
    RE, plans.streaming(dm, scan(), workflow="talks", data_pv="no:frames", **talk)
)
check(
    "RE.abort before it is ready ends it, and the next one runs at once",
    again == "",
    again,
)
