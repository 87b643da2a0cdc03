"""Another Bluesky beside. Usage: other_session.py gated GATE | exits | at-once

With ``gated``, runs a job that ends when there is GATE, and prints its id. With ``exits``, begins a long one and ends while the plan is paused. With
``at-once``, runs a short one for each line that it reads, and prints its id, or why it has failed.
"""

import sys

import bluesky.plan_stubs as bps

from checks import (
    JOB_INPUT,
    connected,
    engine,
    failure,
    in_thread,
    short_job,
    until,
    value,
)

RE, dm = engine(), connected()
workflow = dm.workflow[1]


def sleeps(seconds):
    yield from bps.checkpoint()
    yield from bps.abs_set(
        workflow, "sleep", file_path=JOB_INPUT, args={"seconds": seconds}, wait=True
    )


def pause_when_running():
    until(workflow.status, "Running")
    RE.request_pause()


if sys.argv[1] == "gated":
    args = {"gate": sys.argv[2], "end": 0}
    RE(bps.abs_set(workflow, "gated", file_path=JOB_INPUT, args=args, wait=True))
    print(value(workflow.job_id))
elif sys.argv[1] == "at-once":
    print("ready", flush=True)
    for line in sys.stdin:
        print(short_job(RE, workflow, line.strip()), flush=True)
else:
    in_thread(pause_when_running)
    failure(RE, sleeps(600))
