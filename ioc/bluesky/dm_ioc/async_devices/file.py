"""Files in DM."""

from __future__ import annotations

from ophyd_async.core import StandardReadableFormat

from ..devices.file_actions import FileActions
from .address import Address
from .async_device import AsyncDevice
from .signals import Put, Reading, WaitCommand
from .status import DmAsyncStatus


class File(FileActions[DmAsyncStatus], AsyncDevice):
    __doc__ = FileActions.__doc__

    def __init__(self, at: Address, name: str = "") -> None:
        with self.add_children_as_readables(StandardReadableFormat.CONFIG_SIGNAL):
            self.path = Put.of(str, at.of_text("Path"))
        with self.add_children_as_readables(StandardReadableFormat.UNCACHED_SIGNAL):
            self.is_in_catalog = Reading.of(bool, at.of_value("InCatalog"))
            self.is_ready = Reading.of(bool, at.of_value("Ready"))
            self.size = Reading.of(int, at.of_value("Size"))
            self.md5 = Reading.of(str, at.of_value("Md5"))
        self.wait_for = WaitCommand.of(bool, at.of_value("Wait"))
        super().__init__(at, name)
