"""All jobs of the DM user."""

from __future__ import annotations

from typing import Any

from .dm_device import DmDevice
from .status import S


class JobsActions(DmDevice[S]):
    """Counts jobs, and waits until none is active (``dm:Job:``).

    - ``trigger()`` is done when no job is active, whoever has started it
    - ``read()`` has how many wait, run, are done and have failed
    """

    wait_idle: Any

    def trigger(self) -> S:
        """Wait until no job is active."""
        return self._begin(
            "idle",
            lambda work: self.wait_idle.put_again(1, work.patience, work.status.tell),
            None,
        )
