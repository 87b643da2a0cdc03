"""Files in DM."""

from __future__ import annotations

from typing import Any

from .dm_device import DmDevice
from .status import S
from .work import Work


class FileActions(DmDevice[S]):
    """Waits until DM has a file (``dm:File:``).

    - ``set("run1/frame_0001.dat")`` is done when it is in the catalogue of the selected experiment
    - ``read()`` has the size and checksum of that file
    """

    path: Any
    wait_for: Any

    def set(self, path: str, *, timeout: float | None = None) -> S:
        """Wait for it.

        :param path: within the experiment's data directory
        :param timeout: in seconds; None: as long as it takes
        """

        def wait(work: Work) -> None:
            self.path.put_again(path, work.patience, work.status.tell)
            self.wait_for.put_again(1, work.patience, work.status.tell)
            self._check_puts(work, path=path)

        return self._begin(f"file {path}", wait, timeout)
