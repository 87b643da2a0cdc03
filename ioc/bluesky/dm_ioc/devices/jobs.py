"""All jobs of the DM user."""

from __future__ import annotations

from .dm_device import DmDevice
from .signals import reading
from .status import DmStatus
from .wait_command import wait_command


class Jobs(DmDevice):
    """Counts jobs, and waits until none is active (``dm:Job:``).

    - ``trigger()`` is done when no job is active, whoever has started it
    - ``read()`` has how many wait, run, are done and have failed
    """

    wait_idle = wait_command("WaitIdle")
    n_pending = reading("NPending")
    n_running = reading("NRunning")
    n_done = reading("NDone")
    n_failed = reading("NFailed")

    def trigger(self) -> DmStatus:
        """Wait until no job is active."""
        return self._begin(
            "idle",
            lambda work: self.wait_idle.put_again(1, work.patience, work.status.tell),
            None,
        )
