"""The metadata of runs in DM. Usage: publishing.py WORK PROGRAM

WORK is a directory for the storage of the IOC, which this script starts, kills and starts again on the same ports.
"""

import datetime
import enum
import json
import logging
import math
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from own_ioc import Ioc

WORK, PROGRAM, *SETTINGS = sys.argv[1:]
ioc = Ioc(WORK, PROGRAM, SETTINGS)
ioc.start()

# What talks Channel Access reads when it is imported where the IOC is.
import bluesky.plan_stubs as bps  # noqa: E402
import bluesky.plans as bp  # noqa: E402
import numpy  # noqa: E402
from bluesky.preprocessors import run_decorator, set_run_key_decorator  # noqa: E402
from ophyd.sim import det  # noqa: E402

from checks import check, connected, engine, failure, in_thread  # noqa: E402
from dm_ioc import DatasetPublisher  # noqa: E402

logging.getLogger("dm_ioc").setLevel(logging.CRITICAL)
RE, dm = engine(), connected()
RE(bps.mv(dm.experiment, "demo"))
publisher = DatasetPublisher(dm)
runs = []
RE.subscribe(lambda _, document: runs.append(document["uid"]), "start")
RE.subscribe(publisher)


def datasets(experiment="demo"):
    """What DM has, by the run's uid; a list for each, so that a run that is there twice is seen."""
    # The engine has it for itself alone.
    with tempfile.TemporaryDirectory() as copy:
        for file in Path(WORK).glob("dm.sqlite*"):
            shutil.copy(file, copy)
        catalogue = sqlite3.connect(Path(copy) / "dm.sqlite")
        rows = catalogue.execute(
            "SELECT document FROM datasets JOIN experiments ON experiments.id = experiment_id WHERE experiments.name = ?",
            [experiment],
        ).fetchall()
        catalogue.close()
    found = {}
    for (text,) in rows:
        dataset = json.loads(text)
        found.setdefault(dataset["bluesky_run_uid"], []).append(dataset)
    return found


def metadata(uid, experiment="demo"):
    return datasets(experiment)[uid][0]["bluesky_metadata"]


def is_once(uids, experiment="demo"):
    there = datasets(experiment)
    return bool(uids) and all(len(there.get(uid, [])) == 1 for uid in uids)


# ---- what a run is
RE(bp.count([det], num=2, md={"sample": "Größe 7 µm"}))
left = publisher.flush(60)
check("a run is in DM after it has ended", left == () and is_once(runs), left)
dataset = datasets()[runs[0]][0]
documents = dataset["bluesky_metadata"]
check(
    "its dataset has start, stop and descriptors, and a name and id of the run",
    documents["start"]["sample"] == "Größe 7 µm"
    and documents["stop"]["exit_status"] == "success"
    and documents["stop"]["num_events"] == {"primary": 2}
    and documents["descriptors"][0]["data_keys"]["det"]["dtype"] == "number"
    and dataset["datasetName"] == f"run_uid_{runs[0]}"
    and dataset["_id"] == runs[0],
    dataset,
)


def give(publisher, uid, **more):
    """Documents that no RunEngine has made: its telemetry refuses some of what is tried here."""
    publisher("start", {"uid": uid, "time": 1.0, **more})
    publisher("stop", {"uid": f"{uid}-stop", "run_start": uid, "time": 2.0})


# ---- what JSON hasn't
class Color(enum.Enum):
    RED = "red"


class Unsayable:
    def __str__(self):
        raise ValueError("says nothing")


itself = []
itself.append(itself)
ODD = {
    "array": numpy.array([[1, 2], [3, 4]], dtype=numpy.int16),
    "scalar": numpy.float32(0.5),
    "flag": numpy.bool_(True),
    "nan": math.nan,
    "nans": numpy.array([1.0, numpy.inf]),
    "when": datetime.datetime(2026, 1, 2, 3, 4, 5),
    "nanoseconds": numpy.datetime64("2026-01-02T03:04:05.123456789"),
    "bytes": b"raw",
    "not_text": b"\xff\xfe",
    "set": {3, 1, 2},
    "mixed_set": {1, "1"},
    "keys": {1: "number", "1": "text", (2, 3): "pair", None: "none"},
    "path": Path("/data"),
    "color": Color.RED,
    "complex": 1 + 2j,
    "big": 1790000000123456789,
    "surrogate": "half \ud83d",
    "nul": "a\0b",
    "unsayable": Unsayable(),
    "itself": itself,
    "iterator": iter([1]),
    "object": numpy.array([1, "two", None], dtype=object),
}
for name, value in ODD.items():
    give(publisher, name, odd=value)
left = publisher.flush(60)
check("metadata of any type are published", left == () and is_once(ODD), left)
told = {name: metadata(name)["start"]["odd"] for name in ODD}
expected = {
    "array": [[1, 2], [3, 4]],
    "scalar": 0.5,
    "flag": True,
    "nan": None,
    "nans": [1.0, None],
    "when": "2026-01-02T03:04:05",
    "nanoseconds": "2026-01-02T03:04:05.123456789",
    "bytes": "raw",
    "not_text": "//4=",
    "set": [1, 2, 3],
    "keys": {"1": "text", "1 (int)": "number", "(2, 3)": "pair", "None": "none"},
    "path": "/data",
    "color": "red",
    "complex": "(1+2j)",
    "big": 1790000000123456789,
    "surrogate": "half \\ud83d",
    "nul": "a\\x00b",
    "unsayable": "<Unsayable>",
    "object": [1, "two", None],
}
for name, value in expected.items():
    check(f"JSON says {name}", told[name] == value, told[name])

# ---- long ones
runs.clear()
LONG = {"positions": numpy.arange(400_000.0), "note": "µ" * 100_000}
RE(bp.count([det], md=LONG))
left = publisher.flush(120)
start = metadata(runs[0])["start"]
check(
    "metadata of megabytes are published whole",
    left == () and start["positions"][-1] == 399_999 and start["note"] == LONG["note"],
    left,
)

# ---- runs that end badly
runs.clear()


@run_decorator()
def fails():
    yield from bps.null()
    raise ValueError("the beam is gone")


@run_decorator()
def is_aborted():
    in_thread(RE.abort)
    yield from bps.sleep(600)


failure(RE, fails())
failure(RE, is_aborted())
left = publisher.flush(60)
ends = [metadata(uid)["stop"] for uid in runs] if is_once(runs) else left
check(
    "runs that fail or are aborted are published, and how they have ended",
    [end["exit_status"] for end in ends] == ["fail", "abort"]
    and ends[0]["reason"] == "the beam is gone",
    ends,
)

# ---- several open runs
runs.clear()


@set_run_key_decorator("inner")
@run_decorator(md={"which": "inner"})
def inner():
    yield from bps.trigger_and_read([det], name="inner_stream")


@set_run_key_decorator("outer")
@run_decorator(md={"which": "outer"})
def outer():
    yield from bps.trigger_and_read([det], name="before")
    yield from inner()
    yield from inner()
    yield from bps.trigger_and_read([det], name="after")


RE(outer())
left = publisher.flush(60)
check("nested runs are published, each once", left == () and is_once(runs), left)
streams = [
    [one["name"] for one in metadata(uid)["descriptors"]] if left == () else []
    for uid in runs
]
check(
    "each with its own streams",
    streams == [["before", "after"], ["inner_stream"], ["inner_stream"]],
    streams,
)
interleaved = ("first", "second")
for uid in interleaved:
    publisher("start", {"uid": uid, "time": 1.0})
for uid in interleaved:
    publisher("descriptor", {"run_start": uid, "name": uid})
for uid in interleaved:
    publisher("stop", {"run_start": uid, "time": 2.0})
left = publisher.flush(60)
check(
    "interleaved runs are published, each with its own",
    left == ()
    and [metadata(uid)["descriptors"][0]["name"] for uid in interleaved]
    == list(interleaved),
    left,
)

# ---- never twice
recorded = []
token = RE.subscribe(lambda *document: recorded.append(document))
runs.clear()
RE(bp.count([det]))
RE.unsubscribe(token)
publisher.flush(60)
for again in (publisher, DatasetPublisher(dm)):
    for document in recorded:
        again(*document)
    left = again.flush(60)
    check(
        "a run that is published again is there once",
        left == () and is_once(runs),
        left,
    )

# ---- the experiment
elsewhere = DatasetPublisher(dm, experiment="nowhere")
give(elsewhere, "astray")
left = elsewhere.flush(60)
check(
    "what DM refuses is told with the reason, and not tried again",
    len(left) == 1
    and left[0].is_refused
    and "run astray" in str(left[0])
    and "Experiment nowhere does not exist" in str(left[0]),
    left,
)

failure(RE, bps.mv(dm.experiment, "unknown"))
publisher("start", {"uid": "early", "time": 1.0})
give(publisher, "unselected")
left = publisher.flush(60)
check(
    "a run while no experiment is selected is told, with the reason",
    [one.uid for one in left] == ["unselected"]
    and "Experiment unknown does not exist" in str(left[0]),
    left,
)
RE(bps.mv(dm.experiment, "demo"))
publisher("stop", {"run_start": "early", "time": 2.0})
give(publisher, "unselected")
left = publisher.flush(60)
check(
    "it goes to the one that is selected when it ends, or when it is published again",
    left == () and is_once(["early", "unselected"]),
    left,
)

# ---- callbacks never fail a scan
broken = DatasetPublisher(dm)
broken("start", {"uid": "no-time"})
broken("stop", {"uid": "x", "run_start": "no-time"})
broken("stop", {"uid": "y", "run_start": "never seen"})
broken("descriptor", {})
check("documents that make no sense harm nobody", len(broken.flush(60)) >= 1)

# ---- the IOC goes away
runs.clear()
ioc.kill()
for _ in range(3):
    RE(bp.count([det]))
left = publisher.flush(0.5)
check(
    "runs go on while the IOC is away, and flush says what is not published",
    [one.uid for one in left] == runs and not any(one.is_refused for one in left),
    left,
)
ending = subprocess.run(
    [
        sys.executable,
        "-c",
        """
import sys, bluesky.plans as bp
from bluesky import RunEngine
from ophyd.sim import det
from dm_ioc import Dm, DatasetPublisher
RE = RunEngine({}, context_managers=[])
RE.subscribe(DatasetPublisher(Dm("dm:", name="dm"), experiment="demo", exit_timeout=1))
print(*RE(bp.count([det])))
""",
    ],
    capture_output=True,
    text=True,
)
lost = ending.stdout.strip()
check(
    "Python ends while the IOC is away, and says what is not published",
    ending.returncode == 0
    and lost
    and f"not published when Python ended: run {lost}" in ending.stderr,
    (ending.stdout, ending.stderr),
)
ioc.start()
left = publisher.flush(120)
check(
    "they are published when it is back, each once", left == () and is_once(runs), left
)

# ---- kill -9 while runs are published
runs.clear()
for _ in range(5):
    for _ in range(4):
        RE(bp.count([det], md={"positions": numpy.arange(20_000.0)}))
    ioc.kill()
    ioc.start()
left = publisher.flush(120)
check(
    "an IOC that is killed in the middle loses none and has none twice",
    left == () and is_once(runs),
    left,
)
ending = subprocess.run(
    [
        sys.executable,
        "-c",
        """
import bluesky.plans as bp
from bluesky import RunEngine
from ophyd.sim import det
from dm_ioc import Dm, DatasetPublisher
RE = RunEngine({}, context_managers=[])
RE.subscribe(DatasetPublisher(Dm("dm:", name="dm")))
print(*RE(bp.count([det])))
""",
    ],
    capture_output=True,
    text=True,
)
check(
    "Python that ends at once waits for what is under way",
    ending.stderr == "" and is_once(ending.stdout.split()),
    (ending.stdout, ending.stderr),
)
ioc.stop()
