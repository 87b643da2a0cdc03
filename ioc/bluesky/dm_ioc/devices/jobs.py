"""All jobs of the DM user."""

from __future__ import annotations

from .jobs_actions import JobsActions
from .ophyd_device import OphydDevice
from .signals import reading
from .status import DmStatus
from .wait_command import wait_command


class Jobs(JobsActions[DmStatus], OphydDevice):
    __doc__ = JobsActions.__doc__

    wait_idle = wait_command("WaitIdle")
    n_pending = reading("NPending")
    n_running = reading("NRunning")
    n_done = reading("NDone")
    n_failed = reading("NFailed")
