"""The experiment that DM works for."""

from __future__ import annotations

from ophyd_async.core import StandardReadableFormat

from ..devices.experiment_actions import ExperimentActions
from .address import Address
from .async_device import AsyncDevice
from .signals import Command, Put, Reading
from .status import DmAsyncStatus


class Experiment(ExperimentActions[DmAsyncStatus], AsyncDevice):
    __doc__ = ExperimentActions.__doc__

    def __init__(self, at: Address, name: str = "") -> None:
        with self.add_children_as_readables(StandardReadableFormat.UNCACHED_SIGNAL):
            self.selected = Reading.of(str, at.of_text("_RBV"))
            self.experiment_type = Reading.of(str, at.of_text(":Type"))
            self.data_directory = Reading.of(str, at.of_text(":DataDirectory"))
        self.wanted = Put.of(str, at.of_text(""))
        self.is_valid = Reading.of(bool, at.of_value(":Valid"))
        self.analysis_directory = Reading.of(str, at.of_text(":AnalysisDirectory"))
        self.storage_directory = Reading.of(str, at.of_text(":StorageDirectory"))
        self.users = Reading.of(str, at.of_text(":Users"))
        self.refresh = Command.of(bool, at.of_value(":Refresh"))
        super().__init__(at, name)
