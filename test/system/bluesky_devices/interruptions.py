"""What interrupts a plan, and who else uses the slots. Usage: interruptions.py WORK"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import bluesky.plan_stubs as bps
from bluesky import RunEngine
from bluesky.preprocessors import run_decorator
from bluesky.suspenders import SuspendBoolHigh
from ophyd import Signal

from checks import (
    JOB_INPUT,
    begun,
    check,
    connected,
    ended,
    engine,
    failure,
    in_thread,
    short_job,
    until,
    value,
    values,
)
from dm_ioc.devices.errors import DmRefused
from dm_ioc.devices.patience import Patience
from dm_ioc.devices.remote_call import remote_call

RE, dm = engine(), connected()
workflow = dm.workflow[1]
RE(bps.mv(dm.experiment, "demo"))
RE(bps.mv(workflow.workflow, "sleep", workflow.file_path, JOB_INPUT))


gate = Path(sys.argv[1])
UNTIL_GATE = {"gate": str(gate), "end": 0}


def gated():
    """A job that ends when there is a gate."""
    gate.unlink(missing_ok=True)
    return bps.abs_set(
        workflow, "gated", file_path=JOB_INPUT, args=UNTIL_GATE, wait=True
    )


def sleeps(seconds):
    return bps.abs_set(
        workflow, "sleep", file_path=JOB_INPUT, args={"seconds": seconds}, wait=True
    )


def triggered():
    yield from bps.mv(workflow.args, '{"seconds": 600}')
    yield from bps.trigger(workflow, wait=True)


@run_decorator()
def kicked_off():
    yield from bps.mv(workflow.args, '{"seconds": 600}')
    yield from bps.kickoff(workflow, wait=True)
    yield from bps.sleep(600)


def when_running(then):
    """Does it as soon as the job runs."""

    def work():
        until(workflow.status, "Running")
        then()

    return in_thread(work)


def is_over(slot=workflow):
    until(slot.status, "Aborted")
    return True


# ---- RE.abort, RE.stop, RE.halt in the middle, and the same plan again at once
for name in ("abort", "stop", "halt"):
    for plan in (lambda: sleeps(600), triggered, kicked_off):
        ending = when_running(lambda name=name: getattr(RE, name)())
        text = failure(RE, plan())
        job = value(workflow.job_id)
        again = failure(RE, sleeps(0))
        check(
            f"after RE.{name} of a plan that waits for a job, the same runs again at once",
            again == ""
            and value(workflow.job_id) != job
            and values(workflow)["status"] == "Done",
            (text, again),
        )
        ending.join()


# ---- an exception of another device
def fails_beside():
    yield from bps.mv(workflow.args, '{"seconds": 600}')
    yield from bps.trigger(workflow)
    while (yield from bps.rd(workflow.status)) != "Running":
        yield from bps.sleep(0.1)
    raise ValueError("another device")


text = failure(RE, fails_beside())
check(
    "a plan that fails elsewhere leaves no job running",
    "another device" in text and is_over(),
)


# ---- pause, resume
def paused_and_resumed(plan):
    when_running(RE.request_pause)
    text = failure(RE, plan)
    job, state = value(workflow.job_id), values(workflow)["status"]
    check(
        "a pause ends no job",
        "Interrupted" in text and state == "Running",
        (text, state),
    )
    return job


def checkpointed():
    gate.unlink(missing_ok=True)
    yield from bps.mv(workflow.workflow, "gated", workflow.args, json.dumps(UNTIL_GATE))
    yield from bps.checkpoint()
    yield from bps.trigger(workflow, wait=True)


job = paused_and_resumed(checkpointed())
in_thread(gate.touch)
RE.resume()
check(
    "the resumed plan waits for the same job",
    value(workflow.job_id) == job and values(workflow)["status"] == "Done",
    values(workflow),
)


def set_with_checkpoint():
    yield from bps.checkpoint()
    yield from gated()


job = paused_and_resumed(set_with_checkpoint())
gate.touch()
until(workflow.status, "Done")
RE.resume()
check(
    "a plan that has set the slot is content with its job that has ended meanwhile",
    value(workflow.job_id) == job and values(workflow)["status"] == "Done",
    values(workflow),
)


def long_with_checkpoint():
    yield from bps.checkpoint()
    yield from sleeps(600)


paused_and_resumed(long_with_checkpoint())
RE.abort()
check("RE.abort of a paused plan ends its job", is_over())

# ---- Ctrl-C twice, as a user presses it
INTERRUPTED = RunEngine({})


def twice():
    os.kill(os.getpid(), signal.SIGINT)
    asked = threading.Event()
    asked.wait(0.5)  # bluesky takes a second one after 0.1 s for a wish to pause now
    os.kill(os.getpid(), signal.SIGINT)


when_running(twice)
text = failure(INTERRUPTED, long_with_checkpoint())
check("Ctrl-C twice pauses", "Interrupted" in text, text)
INTERRUPTED.stop()
check("RE.stop of a paused plan ends its job", is_over())
check("the same plan runs again", failure(INTERRUPTED, sleeps(0)) == "")

# ---- a suspender
beam = Signal(name="beam_is_off", value=0)
RE.install_suspender(SuspendBoolHigh(beam))


def suspend_and_go_on():
    beam.put(1)
    in_thread(lambda: beam.put(0))


def for_two_seconds():
    """Not until a gate: bluesky would stay suspended when the plan ends at that moment."""
    yield from bps.mv(workflow.workflow, "sleep", workflow.args, '{"seconds": 2}')
    yield from bps.checkpoint()
    yield from bps.trigger(workflow, wait=True)


when_running(suspend_and_go_on)
text = failure(RE, for_two_seconds())
check(
    "a suspender ends no job of a plan that goes on",
    text == "" and values(workflow)["status"] == "Done",
    text,
)


def without_checkpoint():
    yield from bps.clear_checkpoint()
    yield from sleeps(600)


when_running(lambda: beam.put(1))
text = failure(RE, without_checkpoint())
check("a suspender that ends the plan ends its job", is_over(), text)
beam.put(0)
RE.clear_suspenders()

# ---- stop() by hand, and what on_interrupt says
status = begun(
    lambda: workflow.set("sleep", file_path=JOB_INPUT, args={"seconds": 600})
)
until(workflow.status, "Running")
workflow.stop()
reason = str(ended(status))
check(
    "stop() ends the job, and its status says so",
    "stopped" in reason and "was aborted" in reason,
    reason,
)

workflow.on_interrupt = "leave"
when_running(RE.abort)
text = failure(RE, gated())
job = value(workflow.job_id)
check("on_interrupt leave lets it go on", values(workflow)["status"] == "Running", text)
text = failure(RE, sleeps(5))
check("and refuses another one meanwhile", f"busy: dm:WF1: has job {job}" in text, text)
gate.touch()
RE(bps.complete(workflow, wait=True))
check(
    "complete finds it again",
    value(workflow.job_id) == job and values(workflow)["status"] == "Done",
)
when_running(RE.abort)
failure(RE, sleeps(3))
job = value(workflow.job_id)
RE(sleeps(3))
check(
    "the same once more takes up what was left",
    value(workflow.job_id) == job and values(workflow)["status"] == "Done",
)
workflow.on_interrupt = "abort"


# ---- a time limit ends the waiting, not the job
@run_decorator()
def impatient():
    gate.unlink(missing_ok=True)
    yield from bps.mv(workflow.workflow, "gated", workflow.args, json.dumps(UNTIL_GATE))
    yield from bps.kickoff(workflow, wait=True)
    yield from bps.complete(workflow, timeout=0.5, wait=True)


text = failure(RE, impatient())
job = value(workflow.job_id)
check(
    "a time limit says that the job goes on",
    f"job {job} goes on" in text and "timeout after 0.5 s" in text,
    text,
)
gate.touch()
RE(bps.complete(workflow, wait=True))
check(
    "and it does",
    value(workflow.job_id) == job and values(workflow)["status"] == "Done",
)

# ---- two Blueskys
gate.unlink(missing_ok=True)
other = subprocess.Popen(
    [sys.executable, str(Path(__file__).parent / "other_session.py"), "gated", gate],
    stdout=subprocess.PIPE,
    text=True,
)
until(workflow.status, "Running")
job = value(workflow.job_id)
text = failure(RE, sleeps(600))
check(
    "a second Bluesky's start is refused, with who has the slot",
    f"busy: dm:WF1: has job {job}" in text and "experiment demo" in text,
    text,
)
gate.touch()
RE(bps.complete(workflow, wait=True))
check(
    "the first one's job went on unharmed",
    other.communicate()[0].strip() == job and other.returncode == 0,
    job,
)

other = subprocess.Popen(
    [sys.executable, str(Path(__file__).parent / "other_session.py"), "at-once"],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
)
other.stdout.readline()
outcomes = []
for number in range(5):
    print(f"{number}-other", file=other.stdin, flush=True)
    here = short_job(RE, workflow, f"{number}-here")
    there = other.stdout.readline().strip()
    for n, outcome in ((f"{number}-here", here), (f"{number}-other", there)):
        try:
            job = remote_call("dm:rpc:getJob", {"id": outcome}, Patience(60))
            outcomes.append(json.loads(job.json)["n"] == n)
        except DmRefused:  # it is no id, but a reason
            words = ("at the same time", "busy", "is under way")
            outcomes.append(any(word in outcome for word in words) or outcome)
other.stdin.close()
other.wait()
check(
    "of two Blueskys that start at once in one slot, each gets its own job, or the reason",
    all(outcome is True for outcome in outcomes),
    outcomes,
)

# ---- a process that ends
ending = subprocess.Popen(
    [sys.executable, str(Path(__file__).parent / "other_session.py"), "exits"]
)
until(workflow.status, "Running")
ending.wait()
check("Python that ends in a plan leaves no job running", is_over())
