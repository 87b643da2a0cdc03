"""The ready plans in the queue of bluesky-queueserver. Usage: queue_server.py WORK"""

import sys
from pathlib import Path

from checks import JOB_INPUT, check, connected, until, values
from own_queue_server import QueueServer

work = Path(sys.argv[1])
work.mkdir()
(work / "frames").mkdir()
STARTUP = """
import bluesky.plans as bp
from bluesky import RunEngine
from ophyd.sim import det
from dm_ioc import DatasetPublisher, Dm
from dm_ioc.plans import file_based, run_workflow, setup_user, streaming

dm = Dm("dm:", name="dm")
nowhere = Dm("nowhere:", name="nowhere")
RE = RunEngine({}, context_managers=[])
RE.subscribe(DatasetPublisher(dm))
RE.subscribe(DatasetPublisher(nowhere, experiment="demo", exit_timeout=0.1))


def take():
    yield from bp.count([det])
"""
dm = connected()
workflow, stream = dm.workflow[1], dm.stream[1]
talk = {
    "python": sys.executable,
    "script": str(Path(__file__).parent / "talking_workflow.py"),
}
DONE = ("completed", "")
with QueueServer(work / "server", STARTUP) as server:
    # ---- what users may put in
    plans = server.allowed()
    for name in ("setup_user", "run_workflow", "file_based", "streaming"):
        untyped = [
            one["name"] for one in plans[name]["parameters"] if "annotation" not in one
        ]
        check(
            f"{name} is allowed, with the types of its parameters", not untyped, untyped
        )
    for name, arguments, reason in (
        ("setup_user", ["dmm", "demo"], "dmm"),
        ("setup_user", ["dm"], "experiment"),
        ("run_workflow", ["dm", "echo", 7], "str"),
    ):
        try:
            server.begin(name, *arguments)
            text = "it was taken"
        except RuntimeError as refusal:
            text = str(refusal)
        check(
            f"{name} of {arguments} is refused before it runs",
            "validation failed" in text and reason in text,
            text,
        )

    # ---- run
    server.begin("setup_user", "dm", "demo", data_directory=str(work / "frames"))
    ended = server.end()
    check(
        "setup_user selects the experiment and starts a DAQ",
        ended == DONE
        and values(dm.experiment)["selected"] == "demo"
        and values(dm.daq[1])["status"] == "Running",
        ended,
    )
    server.begin("run_workflow", "dm", "echo", JOB_INPUT, n=3)
    ended = server.end()
    check(
        "run_workflow ends with its job, which has its arguments",
        ended == DONE and "n is 3" in workflow.std_out.get(),
        (ended, workflow.std_out.get()),
    )
    server.begin("file_based", "dm", "take", workflow="echo", file_path=JOB_INPUT, n=5)
    ended = server.end()
    check(
        "file_based takes a plan of the user's by its name",
        ended == DONE and "n is 5" in workflow.std_out.get(),
        ended,
    )
    server.begin(
        "streaming", "dm", "take", workflow="talks", data_pv="no:frames", **talk
    )
    ended = server.end()
    check(
        "so does streaming",
        ended == DONE and values(stream)["status"] == "Done",
        ended,
    )

    # ---- fail
    server.begin("run_workflow", "dm", "complains", JOB_INPUT)
    how, why = server.end()
    check(
        "a failed job fails the plan, with its reason",
        how == "failed" and "the detector file is cut" in why,
        (how, why),
    )
    server.begin("setup_user", "dm", "no such experiment")
    how, why = server.end()
    check(
        "an unknown experiment does so, too",
        how == "failed" and "Experiment no such experiment does not exist" in why,
        (how, why),
    )
    server.begin("setup_user", "dm", "demo")
    server.end()

    # ---- stop, abort, halt, resume
    for command, expected in (
        ("re_stop", "stopped"),
        ("re_abort", "aborted"),
        ("re_halt", "halted"),
    ):
        server.begin("run_workflow", "dm", "sleep", JOB_INPUT, seconds=600)
        until(workflow.status, "Running")
        server.pause_and(command)
        how, why = server.end()
        until(workflow.status, "Aborted")
        check(f"{command} of a plan ends its job", how == expected, (how, why))
    server.begin("run_workflow", "dm", "sleep", JOB_INPUT, seconds=0)
    ended = server.end()
    check("the same plan runs again", ended == DONE, ended)
lost = "".join(server.output)
check(
    "an environment that is closed says which runs were not published, and that only where DM isn't there",
    lost.count("not published when Python ended: run ") == 2
    and "nowhere:rpc:addDataset" in lost,
    [line for line in lost.splitlines() if "not published" in line],
)
