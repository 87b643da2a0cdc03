"""Datasets in DM's catalogue."""

from __future__ import annotations

from .dataset_actions import DatasetActions
from .ophyd_device import OphydDevice
from .signals import command, state_reading, text_setpoint
from .status import DmStatus


class Dataset(DatasetActions[DmStatus], OphydDevice):
    __doc__ = DatasetActions.__doc__

    dataset_name = text_setpoint("Name")
    metadata = text_setpoint("Metadata")
    upload = command("Upload")
    status = state_reading("Status")
