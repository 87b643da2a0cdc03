"""Datasets in DM's catalogue."""

from __future__ import annotations

from ophyd_async.core import StandardReadableFormat

from ..devices.dataset_actions import DatasetActions
from .address import Address
from .async_device import AsyncDevice
from .signals import Command, Put, Reading
from .status import DmAsyncStatus


class Dataset(DatasetActions[DmAsyncStatus], AsyncDevice):
    __doc__ = DatasetActions.__doc__

    def __init__(self, at: Address, name: str = "") -> None:
        with self.add_children_as_readables(StandardReadableFormat.CONFIG_SIGNAL):
            self.dataset_name = Put.of(str, at.of_text("Name"))
            self.metadata = Put.of(str, at.of_text("Metadata"))
        with self.add_children_as_readables(StandardReadableFormat.UNCACHED_SIGNAL):
            self.status = Reading.of(str, at.of_value("Status"))
        self.upload = Command.of(bool, at.of_value("Upload"))
        super().__init__(at, name)
