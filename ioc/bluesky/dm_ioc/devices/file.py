"""Files in DM."""

from __future__ import annotations

from .dm_device import DmDevice
from .errors import DmFailed
from .signals import fresh, reading, state_reading, text_setpoint
from .status import DmStatus
from .wait_command import wait_command
from .work import Work


class File(DmDevice):
    """Waits until DM has a file (``dm:File:``).

    - ``set("run1/frame_0001.dat")`` is done when it is in the catalogue of the selected experiment
    - ``read()`` has the size and checksum of that file
    """

    path = text_setpoint("Path")
    wait_for = wait_command("Wait")
    is_in_catalog = reading("InCatalog")
    is_ready = reading("Ready")
    size = reading("Size")
    md5 = state_reading("Md5")

    def set(self, path: str, *, timeout: float | None = None) -> DmStatus:
        """Wait for it.

        :param path: within the experiment's data directory
        :param timeout: in seconds; None: as long as it takes
        """

        def wait(work: Work) -> None:
            self.path.put_again(path, work.patience, work.status.tell)
            self.wait_for.put_again(1, work.patience, work.status.tell)
            if fresh(self.path, work.patience) != path:
                raise DmFailed("another client waits for a file at the same time")

        return self._begin(f"file {path}", wait, timeout)
