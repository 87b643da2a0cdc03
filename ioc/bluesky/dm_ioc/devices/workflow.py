"""A slot of workflows."""

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
from .workflow_actions import WorkflowActions


class WorkflowSlot(WorkflowActions[DmStatus], OphydDevice):
    __doc__ = WorkflowActions.__doc__

    workflow = text_setpoint("Workflow")
    owner = text_setpoint("Owner")
    file_path = text_setpoint("FilePath")
    args = text_setpoint("Args")
    reporting_period = setpoint("ReportingPeriod")
    concise = setpoint("Concise", string=True)

    start = command("Start")
    abort = command("Abort")
    clear = command("Clear")

    experiment = text_reading("Experiment")
    workflow_name = text_reading("WorkflowName")
    job_id = state_reading("JobId")
    status = state_reading("Status")
    stage_id = text_reading("Stage")
    run_time = reading("RunTime")
    exit_status = reading("ExitStatus")
    variables = text_reading("VariablesJson")
    stage_number = reading("StageNumber", Kind.omitted)
    n_stages = reading("NStages", Kind.omitted)
    percent = reading("Percent", Kind.omitted)
    report = text_reading("Report", Kind.omitted)
    std_out = text_reading("StdOut", Kind.omitted)
    std_err = text_reading("StdErr", Kind.omitted)
    error_message = text_reading("ErrorMessage", Kind.omitted)
