"""A slot of streams."""

from __future__ import annotations

from ophyd import Component, Kind

from .ophyd_device import OphydDevice
from .signals import (
    Put,
    command,
    reading,
    setpoint,
    state_reading,
    text_reading,
    text_setpoint,
)
from .status import DmStatus
from .stream_actions import StreamActions


class StreamSlot(StreamActions[DmStatus], OphydDevice):
    __doc__ = StreamActions.__doc__

    workflow = text_setpoint("Workflow")
    owner = text_setpoint("Owner")
    file_path = text_setpoint("FilePath")
    args = text_setpoint("Args")
    data_pv = text_setpoint("DataPv")
    report_pv = text_setpoint("ReportPv")
    protocol = setpoint("Protocol", string=True)
    heartbeat_timeout = setpoint("HeartbeatTimeout")
    command_timeout = setpoint("CommandTimeout")

    start = command("Start")
    finish = command("Stop")
    abort = command("Abort")
    clear = command("Clear")
    send_command = Component(Put, "SendCommand.VAL$", string=True, kind=Kind.omitted)
    send_args = Component(Put, "SendArgs.VAL$", string=True, kind=Kind.omitted)
    send_now = command("Send")

    experiment = text_reading("Experiment")
    stream_id = state_reading("StreamId")
    job_id = state_reading("JobId")
    status = state_reading("State")
    n_received = reading("NReceived")
    n_processed = reading("NProcessed")
    n_dropped = reading("NDropped")
    results = text_reading("Results")
    percent = reading("Progress", Kind.omitted)
    state_text = text_reading("StateText", Kind.omitted)
    error_message = text_reading("ErrorMessage", Kind.omitted)
