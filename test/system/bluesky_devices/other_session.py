"""Another Bluesky beside. Usage: other_session.py [exits]

Without an argument, runs a job of 4 s and prints its id. Otherwise, begins a long one and ends while the plan is paused.
"""

import sys

import bluesky.plan_stubs as bps

from checks import JOB_INPUT, connected, engine, failure, in_thread, until, value

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


if len(sys.argv) == 1:
    RE(sleeps(4))
    print(value(workflow.job_id))
else:
    in_thread(pause_when_running)
    failure(RE, sleeps(600))
