"""Data acquisitions (DAQs), as apstools has them."""

from __future__ import annotations

import json
from typing import Any

import bluesky.plan_stubs as bps

from ..devices import Dm
from ..dm_plan import dm_plan
from .call import call, current
from .errand import Plan


@dm_plan
def dm_get_daqs(dm: Dm, experimentName: str) -> Plan[list[dict[str, Any]]]:
    """:returns: all DAQs of an experiment, also ended ones, with DM's keys"""
    daqs = yield from call(dm, "listDaqs", {})
    return [daq for daq in daqs if daq["experimentName"] == experimentName]


@dm_plan
def dm_get_experiment_datadir_active_daq(
    dm: Dm, experiment_name: str, data_directory: str
) -> Plan[dict[str, Any] | None]:
    """:returns: the DAQ that watches this directory for this experiment, with DM's keys; None: there is none"""
    daqs = yield from dm_get_daqs(dm, experiment_name)
    for daq in daqs:
        is_active = daq["status"] in ("pending", "running")
        if is_active and daq["dataDirectory"] == str(data_directory):
            return daq
    return None


@dm_plan
def dm_start_daq(
    dm: Dm, experimentName: str, dataDirectory: str, **daqInfo: Any
) -> Plan[dict[str, Any]]:
    """Watch a directory, and store what is written there, until ``dm_stop_daq``. An active DAQ of the same is taken over.

    :param daqInfo: DM's options, such as ``destDirectory`` and ``processExistingFiles``
    :returns: the DAQ, with DM's keys
    """
    return call(
        dm,
        "startDaq",
        {
            "experiment": experimentName,
            "dataDirectory": str(dataDirectory),
            "options": json.dumps(daqInfo),
        },
    )


@dm_plan
def dm_stop_daq(
    dm: Dm, experimentName: str, dataDirectory: str
) -> Plan[dict[str, Any]]:
    """:returns: the DAQ, which stores the rest yet, with DM's keys"""
    return call(
        dm,
        "stopDaq",
        {"experiment": experimentName, "dataDirectory": str(dataDirectory)},
    )


@dm_plan
def dm_wait_daq(
    dm: Dm, experimentName: str, dataDirectory: str, *, slot: int = 1
) -> Plan[None]:
    """Wait until the DAQ has stored every file that is there now; it goes on. apstools has none of this.

    :param slot: of DAQs, which takes the DAQ over
    :raises ValueError: there is no such active DAQ, or the experiment is not the selected one
    """
    active = yield from dm_get_experiment_datadir_active_daq(
        dm, experimentName, dataDirectory
    )
    if active is None:
        raise ValueError(
            f"experiment {experimentName} has no active DAQ of {dataDirectory}: start one with dm_start_daq"
        )
    device = dm.daq[slot]
    if (yield from current(device.daq_id)) != active["id"]:
        yield from require_selected(dm, experimentName)
        destination = active.get("destDirectory") or ""
        yield from bps.abs_set(
            device, str(dataDirectory), dest_directory=destination, wait=True
        )
    yield from bps.trigger(device, wait=True)


def require_selected(dm: Dm, experiment: str) -> Plan[None]:
    """:raises ValueError: another one is selected, perhaps by somebody else, who isn't disturbed"""
    selected = yield from current(dm.experiment.selected)
    if selected != experiment:
        raise ValueError(
            f"experiment {experiment} is not selected, but {selected or 'none'}: yield from bps.mv(dm.experiment, {experiment!r})"
        )
