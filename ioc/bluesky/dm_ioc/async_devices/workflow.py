"""A slot of workflows."""

from __future__ import annotations

from ophyd_async.core import StandardReadableFormat

from ..devices.workflow_actions import WorkflowActions
from .address import Address
from .async_device import AsyncDevice
from .signals import Command, Put, Reading
from .status import DmAsyncStatus


class WorkflowSlot(WorkflowActions[DmAsyncStatus], AsyncDevice):
    __doc__ = WorkflowActions.__doc__

    def __init__(self, at: Address, name: str = "") -> None:
        with self.add_children_as_readables(StandardReadableFormat.CONFIG_SIGNAL):
            self.workflow = Put.of(str, at.of_text("Workflow"))
            self.owner = Put.of(str, at.of_text("Owner"))
            self.file_path = Put.of(str, at.of_text("FilePath"))
            self.args = Put.of(str, at.of_text("Args"))
            self.reporting_period = Put.of(float, at.of_value("ReportingPeriod"))
            self.concise = Put.of(str, at.of_value("Concise"))
        with self.add_children_as_readables(StandardReadableFormat.UNCACHED_SIGNAL):
            self.experiment = Reading.of(str, at.of_text("Experiment"))
            self.workflow_name = Reading.of(str, at.of_text("WorkflowName"))
            self.job_id = Reading.of(str, at.of_value("JobId"))
            self.status = Reading.of(str, at.of_value("Status"))
            self.stage_id = Reading.of(str, at.of_text("Stage"))
            self.run_time = Reading.of(float, at.of_value("RunTime"))
            self.exit_status = Reading.of(int, at.of_value("ExitStatus"))
            self.variables = Reading.of(str, at.of_text("VariablesJson"))
        self.start = Command.of(bool, at.of_value("Start"))
        self.abort = Command.of(bool, at.of_value("Abort"))
        self.clear = Command.of(bool, at.of_value("Clear"))
        self.stage_number = Reading.of(int, at.of_value("StageNumber"))
        self.n_stages = Reading.of(int, at.of_value("NStages"))
        self.percent = Reading.of(float, at.of_value("Percent"))
        self.report = Reading.of(str, at.of_text("Report"))
        self.std_out = Reading.of(str, at.of_text("StdOut"))
        self.std_err = Reading.of(str, at.of_text("StdErr"))
        self.error_message = Reading.of(str, at.of_text("ErrorMessage"))
        super().__init__(at, name)
