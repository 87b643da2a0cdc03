"""Every device with a real RunEngine: what is done well, and what fails with its reason. Usage: operations.py WORK"""

import json
import sys
from pathlib import Path

import bluesky.plan_stubs as bps
import bluesky.plans as bp
from bluesky.preprocessors import run_decorator
from bluesky.utils import FailedStatus
from epics import ca

from checks import (
    DEVICES,
    JOB_INPUT,
    begun,
    check,
    connected,
    ended,
    engine,
    failure,
    value,
    values,
)
from dm_ioc.devices.answered_put import ECA_DISCONN
from dm_ioc.devices.patience import Patience
from dm_ioc.devices.remote_job import JobCalls

work = Path(sys.argv[1])
work.mkdir()
RE, dm = engine(), connected()
workflow, upload, daq = dm.workflow[1], dm.upload[1], dm.daq[1]


def fails_with(name, plan, *texts):
    reason = failure(RE, plan)
    check(name, all(text in reason for text in texts), reason)


# ---- experiment
RE(bps.mv(dm.experiment, "demo"))
check("an experiment is selected", values(dm.experiment)["selected"] == "demo")
fails_with(
    "an unknown experiment fails the plan with the reason, whole and in its characters",
    bps.mv(dm.experiment, "no such experiment is known to DM as Größe 7 µm"),
    "FailedStatus",
    "Experiment no such experiment is known to DM as Größe 7 µm does not exist",
)
check("none is selected then", values(dm.experiment)["selected"] == "")
RE(bps.mv(dm.experiment, "demo"))

# ---- workflow
documents = []


@run_decorator()
def process_in_a_run():
    yield from bps.abs_set(
        workflow, "variables", file_path=JOB_INPUT, args={"n": 7}, wait=True
    )
    yield from bps.create()
    yield from bps.read(workflow)
    yield from bps.save()


RE(process_in_a_run(), lambda name, document: documents.append((name, document)))
event = next(document for name, document in documents if name == "event")
data = json.loads(json.dumps(event["data"]))
check(
    "the run has the job: its experiment, id, status, stage, run time and output variables",
    data["dm_workflow_1_experiment"] == "demo"
    and data["dm_workflow_1_job_id"] == value(workflow.job_id)
    and data["dm_workflow_1_status"] == "Done"
    and data["dm_workflow_1_stage_id"] == "01-ECHO"
    and data["dm_workflow_1_run_time"] > 0
    and json.loads(data["dm_workflow_1_variables"])["found"] == "7",
    data,
)
descriptor = next(document for name, document in documents if name == "descriptor")
configuration = descriptor["configuration"]["dm_workflow_1"]["data"]
check(
    "its configuration has what was asked for",
    configuration["dm_workflow_1_workflow"] == "variables"
    and json.loads(configuration["dm_workflow_1_args"]) == {"n": 7},
    configuration,
)
first_job = value(workflow.job_id)
RE(bps.trigger(workflow, wait=True))
check("trigger runs the same again", value(workflow.job_id) != first_job)
fails_with(
    "a failed job fails the plan, with its stage and the last line of its stderr",
    bps.abs_set(workflow, "complains", file_path=JOB_INPUT, wait=True),
    "FailedStatus",
    workflow.name,
    "02-FAIL",
    "the detector file is cut",
)
fails_with(
    "an unknown workflow fails the plan with its name",
    bps.abs_set(workflow, "nothing", file_path=JOB_INPUT, wait=True),
    "nothing",
    "does not exist",
)
fails_with(
    "a setpoint that is refused fails the plan with the reason",
    bps.mv(workflow.args, "{"),
    "dm:WF1:Args",
    "not JSON",
)
fails_with(
    "a text that doesn't fit is refused before it is cut",
    bps.mv(workflow.file_path, "x" * 5000),
    "dm:WF1:FilePath",
    "text too long" if DEVICES == "pva" else "Invalid element count",
)
fails_with(
    "a state that has no such name fails the plan",
    bps.mv(upload.mode, "x" * 50),
    "dm:Upload1:Mode",
)
check("and the next put goes on", failure(RE, bps.mv(upload.mode, "Files")) == "")
status = begun(lambda: workflow.set("complains", file_path=JOB_INPUT))
error = ended(status)
check(
    "a status says why in str, repr and exception",
    all(
        "the detector file is cut" in text
        for text in (str(status), repr(status), str(error))
    )
    and isinstance(error, RuntimeError),
    status,
)
calls = JobCalls("getJob", "stopWorkflow")
told = calls.get("dm:", value(workflow.job_id), Patience(60))
check(
    "a job that no slot holds any more says as much",
    told.status == "failed" and told.fault == "02-FAIL: the detector file is cut",
    told,
)
try:
    missing = dm.workflow[99]
except (IndexError, KeyError) as absence:
    missing = absence
check("a slot that the IOC doesn't have is told", "99" in str(missing), missing)
check("what bluesky raises says so, too", str(error) in str(FailedStatus(status)))


@run_decorator()
def kickoff_and_complete():
    yield from bps.mv(workflow.workflow, "variables", workflow.args, '{"n": 8}')
    yield from bps.kickoff(workflow, wait=True)
    yield from bps.complete(workflow, wait=True)


RE(kickoff_and_complete())
check(
    "complete waits for what kickoff has started", values(workflow)["status"] == "Done"
)
RE(bps.trigger(workflow.start, wait=True))
RE(bps.trigger(dm.jobs, wait=True))
check("jobs.trigger waits until no job is active", values(dm.jobs)["n_running"] == 0)
check(
    "a job may be started that no plan waits for", values(workflow)["status"] == "Done"
)

# ---- upload
parameters = work / "parameters.json"
parameters.write_text("{}")
RE(
    bps.abs_set(
        upload, str(work), file_path=parameters.name, dest_directory="setup", wait=True
    )
)
check(
    "an upload is done when the file is stored",
    values(upload)["n_completed"] == 1,
    values(upload),
)
fails_with(
    "an upload of nothing fails the plan with the directory",
    bps.abs_set(upload, str(work / "nowhere"), wait=True),
    "nowhere does not exist",
)

# ---- DAQ, in a scan
frames = work / "frames"
frames.mkdir()


def scan():
    yield from bps.abs_set(daq, str(frames), dest_directory="run1", wait=True)
    (frames / "frame_1.dat").write_text("what a detector writes")
    yield from bp.count([daq])
    yield from bps.trigger(daq.finish, wait=True)


documents.clear()
RE(scan(), lambda name, document: documents.append((name, document)))
event = next(document for name, document in documents if name == "event")
check(
    "a scan waits for the DAQ, and has its counts",
    event["data"]["dm_daq_1_n_completed"] == 1,
    event,
)
check("finish ends it", values(daq)["status"] == "Done", values(daq))
fails_with(
    "a scan whose DAQ has ended fails, as nothing stores its files",
    bp.count([daq]),
    f"no DAQ watches {frames}",
    "Done",
)
fails_with(
    "a DAQ of no directory fails the plan with the reason",
    bps.mv(daq, ""),
    "dm:DAQ1:Start",
    "DataDirectory",
)

# ---- file, dataset
RE(bps.mv(dm.file, "run1/frame_1.dat"))
check(
    "a file is waited for, and its size is read",
    values(dm.file)["size"] == 22,
    values(dm.file),
)
fails_with(
    "a file that doesn't come ends with the time limit, and says what it waited for",
    bps.abs_set(dm.file, "never.dat", timeout=0.5, wait=True),
    "timeout after 0.5 s",
    "never.dat",
)
RE(bps.mv(dm.file, "setup/parameters.json"))
check("the next file is waited for at once", values(dm.file)["size"] == 2)
RE(bps.abs_set(dm.dataset, "scan 1", {"uid": "5f3a", "energy": 8.0}, wait=True))
check("a dataset is in DM", values(dm.dataset)["status"] == "Done")
fails_with(
    "a dataset of the same name fails the plan",
    bps.mv(dm.dataset, "scan 1"),
    "scan 1",
    "already exists",
)

# ---- pyepics waits for ever for the answer of a get that could not be sent
if DEVICES == "ophyd":
    get = ca.libca.ca_array_get_callback

    def sent_in_vain(*_):
        ca.libca.ca_array_get_callback = get
        return ECA_DISCONN

    ca.libca.ca_array_get_callback = sent_in_vain
    check(
        "a PV is read again after its connection was lost while it was asked",
        workflow.status.fresh(Patience(60)) == "Done"
        and ca.libca.ca_array_get_callback is get,
    )
