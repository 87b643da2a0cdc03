"""The same plans with apstools' own connector, over DM's web services, and with ours, over PVs. Usage: connectors.py SETUP_FILE"""

import contextlib
import logging
import sys
import threading

import bluesky.plan_stubs as bps
from apstools.devices import DM_WorkflowConnector as Original
from apstools.utils import dm_setup
from bluesky.preprocessors import run_decorator

from checks import JOB_INPUT, Until, check, connected, engine, failure, in_thread
from dm_ioc import DM_WorkflowConnector as Ours
from dm_ioc.apstools import DM_WorkflowCache

RE, dm = engine(), connected()
RE(bps.mv(dm.experiment, "demo"))
setup_file = sys.argv[1]

reports, reported = [], threading.Condition()


class Reports(logging.Handler):
    def emit(self, record):
        with reported:
            reports.append(record.getMessage())
            reported.notify_all()


def until_report(text):
    """apstools takes all subscriptions away before its last status."""
    with reported:
        reported.wait_for(lambda: any(text in line for line in reports))


for logger in ("dm_ioc", "apstools.devices.aps_data_management"):
    logging.getLogger(logger).addHandler(Reports())
    logging.getLogger(logger).setLevel(logging.INFO)
    logging.getLogger(logger).propagate = False


def until_status(connector, *wanted):
    """The subscription is left: apstools may have taken it away by then."""
    there = threading.Event()

    def look(*, value, **_rest):
        if value in wanted:
            there.set()

    connector.status.subscribe(look, run=True)
    there.wait()


# ---- 7. apstools' constructor asks DM
ours = Ours(name="dm_workflow")
check("ours needs no dm package", "dm" not in sys.modules)
dm_setup(setup_file)
original = Original(name="dm_workflow")


def mission_plan(connector, workflow, wait=True, timeout=999_999_999, **args):
    """As DM's integration document has it."""
    yield from bps.mv(connector.concise_reporting, True, connector.reporting_period, 60)
    yield from connector.run_as_plan(
        workflow=workflow,
        wait=wait,
        timeout=timeout,
        filePath=JOB_INPUT,
        experiment="demo",
        **args,
    )


# ---- what both do
readings = {}
for which, connector in (("apstools", original), ("ours", ours)):
    reports.clear()
    RE(mission_plan(connector, "variables", n=7))
    job = connector.job_id.get()
    check(
        f"{which}: a workflow has run when the plan goes on",
        connector.status.get() == "done"
        and connector.stage_id.get() == "01-ECHO"
        and connector.run_time.get() > 0
        and connector.idle
        and connector.getJob()["found"] == "7"
        and connector.job["id"] == job
        and connector.job.getDictRep()["experiment"] == "demo",
        connector,
    )
    check(
        f"{which}: it reports in one line",
        any(
            f"DM_WorkflowConnector dm_workflow: 'variables' '{job[:8]}' 'done' '01-ECHO'"
            in line
            for line in reports
        ),
        reports,
    )
    reports.clear()
    connector.concise_reporting.put(False)
    connector.report_status()
    check(
        f"{which}: or with its stages",
        any("found=7" in line for line in reports),
        reports,
    )
    readings[which] = set(connector.read()) | set(connector.read_configuration())

    RE(mission_plan(connector, "sleep", wait=False, seconds=2))
    job, state = connector.job_id.get(), connector.status.get()
    check(f"{which}: without waiting, the plan goes on", state == "running", connector)
    until_status(connector, "done")
    check(f"{which}: and the job ends by itself", connector.idle, connector)

check(
    "ours has all signals of apstools",
    readings["apstools"] <= readings["ours"],
    readings,
)
check("and the exit status", ours.exit_status.get() == 0, ours)


# ---- 1. a failed job
def aborted_when_failed():
    until_status(original, "failed")
    RE.abort()


aborting = in_thread(aborted_when_failed)
text = failure(RE, mission_plan(original, "complains"))
aborting.join()
check(
    "apstools: a failed job is never idle, so only an abort ends the plan",
    not original.idle and "complains" not in text and "cut" not in text,
    text,
)
text = failure(RE, mission_plan(ours, "complains"))
check(
    "ours: a failed job fails the plan with the reason",
    "FailedStatus" in text
    and "the detector file is cut" in text
    and ours.status.get() == "failed"
    and ours.exit_status.get() == 3
    and ours.idle,
    text,
)

# ---- 2. a job that somebody aborts
original.status.put("not_run")
reports.clear()
original.start_workflow("sleep", timeout=4, filePath=JOB_INPUT, seconds=600)
Until(original.job_id, lambda value: value != "not_run").wait()
original.api.stopProcessingJob(original.owner.get(), original.job_id.get())
until_report("timeout in")
check(
    "apstools: an aborted job is told as a timeout",
    original.status.get() == "timeout" and not original.idle,
    original,
)


def abort_when_running(connector):
    until_status(connector, "running")
    Until(connector.job_id, lambda value: value != "not_run").wait()
    dm.workflow[1].abort.set(1).wait()


aborting = in_thread(lambda: abort_when_running(ours))
text = failure(RE, mission_plan(ours, "sleep", seconds=600))
aborting.join()
check(
    "ours: an aborted job fails the plan, and says so",
    "aborted" in text and ours.status.get() == "aborted" and ours.idle,
    text,
)

# ---- 3. arguments of another connector
for which, kind in (("apstools", Original), ("ours", Ours)):
    kind(name="first", gain=3)
    leaks = "gain" in kind(name="second").workflow_args
    check(
        f"{which}: arguments of one connector {'leak into' if leaks else 'are not those of'} another",
        leaks == (which == "apstools"),
    )
Original.workflow_args.clear()

# ---- 4. a time limit
reports.clear()
original.start_workflow("sleep", timeout=1, filePath=JOB_INPUT, seconds=600)
until_report("timeout in")
job = original.getJob()
check(
    "apstools: a time limit hides that the job runs",
    job["status"] == "running" and original.status.get() == "timeout",
)
original.api.stopProcessingJob(original.owner.get(), job["id"])
text = failure(RE, mission_plan(ours, "sleep", timeout=1, seconds=4))
check(
    "ours: a time limit ends the waiting, says so, and the status goes on to tell of the job",
    "timeout after 1 s" in text
    and "goes on" in text
    and ours.status.get() == "running"
    and ours.active,
    text,
)
until_status(ours, "done")

# ---- 5. a start that DM refuses
lost = threading.Event()
threading.excepthook = lambda _args: lost.set()
original.start_workflow("nothing", filePath=JOB_INPUT)
lost.wait()
check(
    "apstools: a refused start is lost",
    original.status.get() == "running" and original.job_id.get() == "not_run",
)
text = failure(RE, mission_plan(ours, "nothing"))
check(
    "ours: a refused start fails the plan with the reason",
    "nothing" in text and "does not exist" in text and ours.idle and not ours.starting,
    text,
)
text = failure(RE, mission_plan(ours, "nothing", wait=False))
check("also when nobody waits for its end", "does not exist" in text, text)

# ---- 6. to end a job, and several beside each other
before = ours.job_id.get()


def abort_when_taken():
    Until(ours.job_id, lambda value: value not in ("not_run", before)).wait()
    RE.abort()


aborting = in_thread(abort_when_taken)
failure(RE, mission_plan(ours, "sleep", seconds=600))
aborting.join()
until_status(ours, "aborted")
check("ours: RE.abort ends the job", ours.getJob()["status"] == "aborted", ours)
text = failure(RE, mission_plan(ours, "variables", n=1))
check("ours: after RE.abort, the same connector runs again at once", text == "", text)


def pausable():
    yield from bps.checkpoint()
    yield from mission_plan(ours, "sleep", seconds=3)


def pause_when_taken():
    Until(ours.job_id, lambda value: value not in ("not_run", before)).wait()
    RE.request_pause()


before = ours.job_id.get()
pausing = in_thread(pause_when_taken)
text = failure(RE, pausable())
pausing.join()
job = ours.job_id.get()
RE.resume()
check(
    "ours: a plan that was paused waits for the same job",
    "Interrupted" in text and ours.job_id.get() == job and ours.status.get() == "done",
    (text, job, ours),
)


@run_decorator()
def two_at_once():
    other = Ours(name="other", slot=2)
    cache = DM_WorkflowCache()
    for connector in (ours, other):
        cache.define_workflow(connector.name, connector)
        yield from mission_plan(connector, "sleep", wait=False, seconds=2)
    both = [connector.status.get() for connector in (ours, other)]
    yield from cache.wait_workflows(period=0.1)
    both += [connector.status.get() for connector in (ours, other)]
    check(
        "ours: connectors of two slots run beside each other, and a plan waits for both",
        both == ["running", "running", "done", "done"],
        both,
    )
    with contextlib.redirect_stdout(sys.stderr):
        cache.print_cache_summary()
        cache.report_dm_workflow_output("01-SLEEP")


RE(two_at_once())
