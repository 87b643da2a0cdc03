"""apstools' functions for DM, over its web services, and ours, over PVs, beside each other. Usage: functions.py SETUP_FILE WORK"""

import sys
from pathlib import Path

import apstools.utils.aps_data_management as original
import bluesky.plan_stubs as bps

import dm_ioc.apstools as ours
from checks import check, connected, engine, failure

RE, dm = engine(), connected()
setup_file, work = sys.argv[1], Path(sys.argv[2])
work.mkdir()
original.dm_setup(setup_file)
RE(bps.mv(dm.experiment, "demo"))


def same(daq, other):
    return daq is not None and other is not None and daq["id"] == other["id"]


def daq_of_one_and_the_other():
    """What one has started, the other finds and ends."""
    for name in ("by apstools", "by ours"):
        directory = str(work / name)
        Path(directory).mkdir()
        active = original.dm_get_experiment_datadir_active_daq
        found = yield from ours.dm_get_experiment_datadir_active_daq(
            dm, "demo", directory
        )
        check("no DAQ is None", found is None and active("demo", directory) is None)
        if name == "by ours":
            daq = yield from ours.dm_start_daq(
                dm, "demo", directory, destDirectory=name
            )
            again = yield from ours.dm_start_daq(dm, "demo", directory)
            check("a second start takes the first one's DAQ over", same(daq, again))
        else:
            daq = original.dm_start_daq("demo", directory, destDirectory=name)
        found = yield from ours.dm_get_experiment_datadir_active_daq(
            dm, "demo", directory
        )
        check(
            f"the DAQ started {name} is found by both, with the same keys",
            same(found, daq)
            and same(active("demo", directory), daq)
            and set(found) == set(active("demo", directory)),
            found,
        )
        listed = yield from ours.dm_get_daqs(dm, "demo")
        check("it is listed by both", len(listed) == len(original.dm_get_daqs("demo")))
        (Path(directory) / "frame.dat").write_text("frame")
        yield from ours.dm_wait_daq(dm, "demo", directory)
        yield from original.wait_dm_upload("demo", f"{name}/frame.dat", 600, 0.1)
        yield from ours.wait_dm_upload(dm, "demo", f"{name}/frame.dat", 600, 0.1)
        if name == "by ours":
            original.dm_stop_daq("demo", directory)
        else:
            yield from ours.dm_stop_daq(dm, "demo", directory)
        yield from bps.trigger(dm.daq[1].finish, wait=True)
        found = yield from ours.dm_get_experiment_datadir_active_daq(
            dm, "demo", directory
        )
        check("the DAQ is ended by the other", found is None, found)


def uploads():
    parameters = work / "parameters.json"
    parameters.write_text("{}")
    options = {"experimentFilePath": parameters.name, "destDirectory": "setup"}
    original.dm_upload("demo", str(work), **options)
    yield from original.wait_dm_upload("demo", f"setup/{parameters.name}", 600, 0.1)
    upload = yield from ours.dm_upload(dm, "demo", str(work), **options)
    yield from original.dm_daq_wait_upload_plan(upload["id"], 0.1)
    ended = yield from ours.dm_daq_wait_upload_plan(dm, upload["id"])
    check("the upload that ours has started is waited for by both", same(ended, upload))


def broken_upload():
    upload = yield from ours.dm_upload(
        dm, "demo", str(work), experimentFilePath="missing.dat"
    )
    yield from ours.dm_daq_wait_upload_plan(dm, upload["id"])


class Run(dict):
    """As databroker has one."""

    def __init__(self, metadata, **streams):
        super().__init__(streams)
        self.metadata = metadata
        vars(self).update(streams)


def metadata():
    for name, uid in (("apstools", "0a" * 16), ("ours", "0b" * 16)):
        start = {"uid": uid, "time": 1.7e9, "plan_name": "count"}
        run = Run({"start": start}, primary=Run({"n": 1}))
        if name == "ours":
            dataset = yield from ours.share_bluesky_metadata_with_dm(
                dm, "demo", "example-01", run
            )
            again = yield from ours.share_bluesky_metadata_with_dm(
                dm, "demo", "example-01", run
            )
            check("a run that is there already is no failure", again is None, again)
        else:
            dataset = original.share_bluesky_metadata_with_dm("demo", "example-01", run)
        check(
            f"{name}: the run's metadata is a dataset",
            dataset["datasetName"] == f"run_uid8_{uid[:8]}"
            and dataset["bluesky_run_uid"] == uid
            and dataset["workflow_name"] == "example-01"
            and dataset["bluesky_metadata"] == {"primary": {"n": 1}},
            dataset,
        )


for plan in (daq_of_one_and_the_other, uploads, metadata):
    text = failure(RE, plan())
    check(f"{plan.__name__} runs to its end", text == "", text)

text = failure(RE, broken_upload())
check("an upload that fails fails the plan with the file", "missing.dat" in text, text)
for name, plan, reason in (
    (
        "an upload that DM doesn't know",
        ours.dm_daq_wait_upload_plan(dm, "none"),
        "Upload none does not exist",
    ),
    (
        "a DAQ of no experiment",
        ours.dm_start_daq(dm, "nowhere", str(work)),
        "Experiment nowhere does not exist",
    ),
    (
        "a file that doesn't come",
        ours.wait_dm_upload(dm, "demo", "nothing.dat", timeout=0.5),
        "timeout after 0.5 s",
    ),
    (
        "a file of another experiment",
        ours.wait_dm_upload(dm, "other", "nothing.dat"),
        "experiment other is not selected, but demo",
    ),
    (
        "a DAQ that isn't there",
        ours.dm_wait_daq(dm, "demo", "/nowhere"),
        "no active DAQ of /nowhere",
    ),
):
    text = failure(RE, plan)
    check(f"{name} fails the plan, and says so", reason in text, text)
