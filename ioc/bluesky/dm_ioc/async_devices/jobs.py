"""All jobs of the DM user."""

from __future__ import annotations

from ophyd_async.core import StandardReadableFormat

from ..devices.jobs_actions import JobsActions
from .address import Address
from .async_device import AsyncDevice
from .signals import Reading, WaitCommand
from .status import DmAsyncStatus


class Jobs(JobsActions[DmAsyncStatus], AsyncDevice):
    __doc__ = JobsActions.__doc__

    def __init__(self, at: Address, name: str = "") -> None:
        with self.add_children_as_readables(StandardReadableFormat.UNCACHED_SIGNAL):
            self.n_pending = Reading.of(int, at.of_value("NPending"))
            self.n_running = Reading.of(int, at.of_value("NRunning"))
            self.n_done = Reading.of(int, at.of_value("NDone"))
            self.n_failed = Reading.of(int, at.of_value("NFailed"))
        self.wait_idle = WaitCommand.of(bool, at.of_value("WaitIdle"))
        super().__init__(at, name)
