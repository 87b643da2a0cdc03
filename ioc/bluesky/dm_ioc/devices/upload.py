"""A slot of uploads."""

from __future__ import annotations

from ophyd import Kind

from .ophyd_device import OphydDevice
from .signals import (
    command,
    reading,
    setpoint,
    state_reading,
    text_reading,
    text_setpoint,
)
from .status import DmStatus
from .upload_actions import UploadActions


class UploadSlot(UploadActions[DmStatus], OphydDevice):
    __doc__ = UploadActions.__doc__

    data_directory = text_setpoint("DataDirectory")
    file_path = text_setpoint("FilePath")
    dest_directory = text_setpoint("DestDirectory")
    mode = setpoint("Mode", string=True)
    reprocess = setpoint("Reprocess", string=True)

    start = command("Start")
    abort = command("Abort")

    experiment = text_reading("Experiment")
    upload_id = state_reading("Id")
    status = state_reading("Status")
    n_files = reading("NFiles")
    n_completed = reading("NCompleted")
    n_errors = reading("NErrors")
    run_time = reading("RunTime")
    percent = reading("Percent", Kind.omitted)
    error_message = text_reading("ErrorMessage", Kind.omitted)
