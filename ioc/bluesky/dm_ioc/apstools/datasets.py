"""Metadata of runs, as apstools has them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from event_model import NumpyEncoder

from ..devices import Dm
from ..devices.errors import DmDisconnected, DmRefused
from ..devices.remote_call import remote_call
from ..devices.work import Work
from ..dm_plan import dm_plan
from .errand import Errand, Plan


@dm_plan
def share_bluesky_metadata_with_dm(
    dm: Dm,
    experimentName: str,
    workflow_name: str,
    run: Any,
    should_raise: bool = False,
) -> Plan[dict[str, Any] | None]:
    """Add the metadata of a run to DM's catalogue, as a dataset ``run_uid8_<first 8 characters of its uid>``.

    :param run: of databroker or tiled: its ``metadata`` has the start document, its streams have ``metadata``
    :param should_raise: when the run is there already; otherwise, the result is None
    :returns: the dataset, with DM's keys
    """
    start = run.metadata["start"]
    name = f"run_uid8_{start['uid'][:8]}"
    metadata = {
        "bluesky_run_uid": start["uid"],
        "workflow_name": workflow_name,
        "time_iso8601": str(datetime.fromtimestamp(start.get("time", 0))),
        "bluesky_metadata": {stream: run[stream].metadata for stream in run},
    }
    arguments = {
        "name": name,
        "experiment": experimentName,
        "metadata": json.dumps(metadata, cls=NumpyEncoder),
    }

    def add(work: Work) -> dict[str, Any] | None:
        is_again = False
        while True:
            try:
                pv = f"{dm.prefix}rpc:addDataset"
                return dict(json.loads(remote_call(pv, arguments, work.patience).json))
            except DmDisconnected:
                is_again = True
                work.patience.wait("the IOC, which was disconnected", 0.2)
            except DmRefused as refusal:
                is_there = "already exists" in str(refusal)
                if not is_there or (should_raise and not is_again):
                    raise
                return None

    return Errand(f"dataset {name}", add).plan()
