"""A slot of DAQs."""

from __future__ import annotations

from ophyd import Kind

from .daq_actions import DaqActions
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
from .wait_command import wait_command


class DaqSlot(DaqActions[DmStatus], OphydDevice):
    __doc__ = DaqActions.__doc__

    data_directory = text_setpoint("DataDirectory")
    dest_directory = text_setpoint("DestDirectory")
    process_existing = setpoint("ProcessExisting", string=True)
    skip_pattern = text_setpoint("SkipPattern")
    use_analysis_directory = setpoint("UseAnalysisDirectory", string=True)
    workflow_name = text_setpoint("WorkflowName")
    workflow_args = text_setpoint("WorkflowArgs")

    start = command("Start")
    sync = wait_command("Sync")
    finish = command("Stop")
    abort = command("Abort")

    experiment = text_reading("Experiment")
    daq_id = state_reading("Id")
    status = state_reading("Status")
    n_files = reading("NFiles")
    n_completed = reading("NCompleted")
    n_errors = reading("NErrors")
    n_jobs_failed = reading("NJobsFailed")
    n_waiting = reading("NWaiting", Kind.omitted)
    run_time = reading("RunTime")
    error_message = text_reading("ErrorMessage", Kind.omitted)
