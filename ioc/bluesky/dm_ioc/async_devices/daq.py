"""A slot of DAQs."""

from __future__ import annotations

from ophyd_async.core import StandardReadableFormat

from ..devices.daq_actions import DaqActions
from .address import Address
from .async_device import AsyncDevice
from .signals import Command, Put, Reading, WaitCommand
from .status import DmAsyncStatus


class DaqSlot(DaqActions[DmAsyncStatus], AsyncDevice):
    __doc__ = DaqActions.__doc__

    def __init__(self, at: Address, name: str = "") -> None:
        with self.add_children_as_readables(StandardReadableFormat.CONFIG_SIGNAL):
            self.data_directory = Put.of(str, at.of_text("DataDirectory"))
            self.dest_directory = Put.of(str, at.of_text("DestDirectory"))
            self.process_existing = Put.of(str, at.of_value("ProcessExisting"))
            self.skip_pattern = Put.of(str, at.of_text("SkipPattern"))
            self.use_analysis_directory = Put.of(
                str, at.of_value("UseAnalysisDirectory")
            )
            self.workflow_name = Put.of(str, at.of_text("WorkflowName"))
            self.workflow_args = Put.of(str, at.of_text("WorkflowArgs"))
        with self.add_children_as_readables(StandardReadableFormat.UNCACHED_SIGNAL):
            self.experiment = Reading.of(str, at.of_text("Experiment"))
            self.daq_id = Reading.of(str, at.of_value("Id"))
            self.status = Reading.of(str, at.of_value("Status"))
            self.n_files = Reading.of(int, at.of_value("NFiles"))
            self.n_completed = Reading.of(int, at.of_value("NCompleted"))
            self.n_errors = Reading.of(int, at.of_value("NErrors"))
            self.n_jobs_failed = Reading.of(int, at.of_value("NJobsFailed"))
            self.run_time = Reading.of(float, at.of_value("RunTime"))
        self.start = Command.of(bool, at.of_value("Start"))
        self.sync = WaitCommand.of(bool, at.of_value("Sync"))
        self.finish = Command.of(bool, at.of_value("Stop"))
        self.abort = Command.of(bool, at.of_value("Abort"))
        self.n_waiting = Reading.of(int, at.of_value("NWaiting"))
        self.error_message = Reading.of(str, at.of_text("ErrorMessage"))
        super().__init__(at, name)
