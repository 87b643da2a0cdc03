"""Progress bars of bluesky's waiting hook. Usage: progress.py WORK"""

import io
import sys
from pathlib import Path

import bluesky.plan_stubs as bps
from bluesky.utils import ProgressBarManager, TerminalProgressBar

from checks import JOB_INPUT, check, connected, engine
from dm_ioc import plans

work = Path(sys.argv[1])
(work / "frames").mkdir(parents=True)
RE, dm = engine(), connected()
N_FILES = 400
for n in range(N_FILES):
    (work / "frames" / f"{n}.dat").write_text("what a detector writes")
updates = []


class Bar(TerminalProgressBar):
    """Draws where nobody looks but the test."""

    def __init__(self, statuses):
        super().__init__(statuses, delay_draw=0)
        self.fp = io.StringIO()

    def update(self, pos, **told):
        self.fp = io.StringIO()
        super().update(pos, **told)
        updates.append((told, self.fp.getvalue()))


def bars_of(plan):
    updates.clear()
    RE(plan)
    return list(updates)


RE(bps.mv(dm.experiment, "demo"))
RE.waiting_hook = ProgressBarManager(Bar)
seen = bars_of(bps.abs_set(dm.workflow[1], "stages", file_path=JOB_INPUT, wait=True))
told, drawn = next(
    (one for one in seen if "02-SECOND" in one[0]["name"] and one[0]["current"]),
    (None, ""),
)
check(
    "a workflow's bar has its stage and percent",
    told is not None
    and told["unit"] == "%"
    and 0 < told["current"] <= told["target"] == 100
    and "02-SECOND" in drawn,
    seen,
)
seen = bars_of(bps.abs_set(dm.upload[1], str(work / "frames"), wait=True))
check(
    "an upload's bar has its files",
    any(
        told["unit"] == "files"
        and told["current"] == told["target"] == N_FILES
        and f"{N_FILES}.0/{N_FILES}.0" in drawn
        for told, drawn in seen
    ),
    seen[-1:],
)
RE(plans.setup_user(dm, "demo", str(work / "frames")))
for n in range(N_FILES):
    (work / "frames" / f"late-{n}.dat").write_text("what a detector writes")
seen = bars_of(bps.trigger(dm.daq[1], wait=True))
check(
    "a DAQ's bar has its files",
    any(
        told["unit"] == "files" and 0 < told["current"] <= told["target"]
        for told, _ in seen
    ),
    seen[-1:],
)
