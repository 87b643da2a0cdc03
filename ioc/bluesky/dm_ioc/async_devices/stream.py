"""A slot of streams."""

from __future__ import annotations

from ophyd_async.core import StandardReadableFormat

from ..devices.stream_actions import StreamActions
from .address import Address
from .async_device import AsyncDevice
from .signals import Command, Put, Reading
from .status import DmAsyncStatus


class StreamSlot(StreamActions[DmAsyncStatus], AsyncDevice):
    __doc__ = StreamActions.__doc__

    def __init__(self, at: Address, name: str = "") -> None:
        with self.add_children_as_readables(StandardReadableFormat.CONFIG_SIGNAL):
            self.workflow = Put.of(str, at.of_text("Workflow"))
            self.owner = Put.of(str, at.of_text("Owner"))
            self.file_path = Put.of(str, at.of_text("FilePath"))
            self.args = Put.of(str, at.of_text("Args"))
            self.data_pv = Put.of(str, at.of_text("DataPv"))
            self.report_pv = Put.of(str, at.of_text("ReportPv"))
            self.protocol = Put.of(str, at.of_value("Protocol"))
            self.heartbeat_timeout = Put.of(float, at.of_value("HeartbeatTimeout"))
            self.command_timeout = Put.of(float, at.of_value("CommandTimeout"))
        with self.add_children_as_readables(StandardReadableFormat.UNCACHED_SIGNAL):
            self.experiment = Reading.of(str, at.of_text("Experiment"))
            self.stream_id = Reading.of(str, at.of_value("StreamId"))
            self.job_id = Reading.of(str, at.of_value("JobId"))
            self.status = Reading.of(str, at.of_value("State"))
            self.n_received = Reading.of(int, at.of_value("NReceived"))
            self.n_processed = Reading.of(int, at.of_value("NProcessed"))
            self.n_dropped = Reading.of(int, at.of_value("NDropped"))
            self.results = Reading.of(str, at.of_text("Results"))
        self.start = Command.of(bool, at.of_value("Start"))
        self.finish = Command.of(bool, at.of_value("Stop"))
        self.abort = Command.of(bool, at.of_value("Abort"))
        self.clear = Command.of(bool, at.of_value("Clear"))
        self.send_command = Put.of(str, at.of_text("SendCommand"))
        self.send_args = Put.of(str, at.of_text("SendArgs"))
        self.send_now = Command.of(bool, at.of_value("Send"))
        self.percent = Reading.of(float, at.of_value("Progress"))
        self.state_text = Reading.of(str, at.of_text("StateText"))
        self.error_message = Reading.of(str, at.of_text("ErrorMessage"))
        super().__init__(at, name)
