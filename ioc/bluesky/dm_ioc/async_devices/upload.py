"""A slot of uploads."""

from __future__ import annotations

from ophyd_async.core import StandardReadableFormat

from ..devices.upload_actions import UploadActions
from .address import Address
from .async_device import AsyncDevice
from .signals import Command, Put, Reading
from .status import DmAsyncStatus


class UploadSlot(UploadActions[DmAsyncStatus], AsyncDevice):
    __doc__ = UploadActions.__doc__

    def __init__(self, at: Address, name: str = "") -> None:
        with self.add_children_as_readables(StandardReadableFormat.CONFIG_SIGNAL):
            self.data_directory = Put.of(str, at.of_text("DataDirectory"))
            self.file_path = Put.of(str, at.of_text("FilePath"))
            self.dest_directory = Put.of(str, at.of_text("DestDirectory"))
            self.mode = Put.of(str, at.of_value("Mode"))
            self.reprocess = Put.of(str, at.of_value("Reprocess"))
        with self.add_children_as_readables(StandardReadableFormat.UNCACHED_SIGNAL):
            self.experiment = Reading.of(str, at.of_text("Experiment"))
            self.upload_id = Reading.of(str, at.of_value("Id"))
            self.status = Reading.of(str, at.of_value("Status"))
            self.n_files = Reading.of(int, at.of_value("NFiles"))
            self.n_completed = Reading.of(int, at.of_value("NCompleted"))
            self.n_errors = Reading.of(int, at.of_value("NErrors"))
            self.run_time = Reading.of(float, at.of_value("RunTime"))
        self.start = Command.of(bool, at.of_value("Start"))
        self.abort = Command.of(bool, at.of_value("Abort"))
        self.percent = Reading.of(float, at.of_value("Percent"))
        self.error_message = Reading.of(str, at.of_text("ErrorMessage"))
        super().__init__(at, name)
