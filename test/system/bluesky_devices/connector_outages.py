"""The IOC goes away while a connector in apstools' place waits. Usage: connector_outages.py WORK PROGRAM SETTING..."""

import sys
from pathlib import Path

from own_ioc import Ioc

WORK, PROGRAM, *SETTINGS = sys.argv[1:]
ioc = Ioc(WORK, PROGRAM, SETTINGS)
ioc.start()

# What talks Channel Access reads when it is imported where the IOC is.
import bluesky.plan_stubs as bps  # noqa: E402

from checks import (  # noqa: E402
    JOB_INPUT,
    Until,
    check,
    connected,
    engine,
    failure,
    in_thread,
    until,
)
from dm_ioc import DM_WorkflowConnector  # noqa: E402
from dm_ioc.devices.errors import DmRefused  # noqa: E402

RE, dm = engine(), connected()
connector = DM_WorkflowConnector(name="dm_workflow")
RE(bps.mv(dm.experiment, "demo"))
gate = Path(WORK) / "gate"


def gated(end, **options):
    return connector.run_as_plan(
        "gated", filePath=JOB_INPUT, gate=str(gate), end=end, **options
    )


def when_taken(then):
    """Of a job that is not the one before."""
    before = connector.job_id.get()

    def work():
        Until(connector.job_id, lambda job: job not in ("not_run", before)).wait()
        then()

    return in_thread(work)


for restart in ioc.restarts(gate):
    for end, told, state in ((0, "", "done"), (3, "the gate is broken", "failed")):
        gate.unlink(missing_ok=True)
        restarting = when_taken(restart)
        text = failure(RE, gated(end))
        restarting.join()
        check(
            f"a plan waits for the same job over a kill -9, which is {state} ({restart.__name__})",
            told in text
            and bool(told) == bool(text)
            and connector.status.get() == state
            and connector.job_id.get() == dm.workflow[1].job_id.get(),
            (text, connector),
        )


# ---- an IOC that is gone for good
def gone():
    ioc.kill()
    connector._run.patience.limit(1)


gate.unlink()
going = when_taken(gone)
text = failure(RE, gated(0, timeout=600))
going.join()
job = connector.job_id.get()
check(
    "when the IOC is gone, the plan ends at its time limit",
    "timeout after 1 s" in text and f"job {job} goes on" in text,
    text,
)
ioc.start()
gate.touch()
until(connector.status, "done")
check("and the status tells of the job when the IOC is back", connector.idle, connector)

# ---- what DM doesn't tell of a job
told = connector._call


def refuse(*_):
    raise DmRefused("DM_OBJECT_NOT_FOUND: There is no such job.")


connector._call = refuse
text = failure(RE, gated(0))
check(
    "a job that DM doesn't tell of ends the plan all the same",
    text == "" and connector.idle,
    (text, connector),
)
connector._call = lambda *_: 1 / 0
text = failure(RE, gated(3))
check(
    "with the reason of the job",
    "the gate is broken" in text and connector.idle,
    (text, connector),
)
connector._call = told
connector.reporting_period.put("often")
text = failure(RE, gated(0))
check("reports that can't be made fail no plan", text == "", text)
connector.reporting_period.put(10)

# ---- what a plan sees that doesn't wait
for _ in range(10):
    text = failure(RE, gated(0, wait=False))
    check(
        "a plan that doesn't wait knows its job",
        text == "" and connector.job_id.get() == connector._run.id != "",
        connector,
    )
    text = failure(RE, connector.run_as_plan("nothing", wait=False))
    check(
        "one whose start is refused sees no job",
        "does not exist" in text and connector.idle and not connector.starting,
        (text, connector),
    )
ioc.stop()
