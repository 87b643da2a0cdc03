"""A slot of DAQs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from .dm_device import DmDevice
from .errors import DmFailed
from .progress import Progress
from .status import S
from .work import Work


class DaqActions(DmDevice[S]):
    """Watches a directory, and stores what is written there (``dm:DAQ1:``). A DAQ is no plan's: it goes on until ``finish``.

    - ``set("/data/detector", dest_directory="run1")`` starts one, or takes over the active one of this directory; done when it runs
    - ``trigger()`` is done when every file that is there is stored, so a scan may read the counts after it
    - ``kickoff()`` starts one by the setpoints as they are, ``complete()`` is done when every file that is there is stored
    - ``finish.set(1)`` ends it; done when the files are stored
    """

    #: What its Status says while it watches the directory.
    active = ("Pending", "Running", "Finalizing", "Aborting")

    prefix: str
    status: Any
    data_directory: Any
    dest_directory: Any
    start: Any
    sync: Any
    n_files: Any
    n_completed: Any

    def set(
        self,
        data_directory: str,
        *,
        dest_directory: str = "",
        timeout: float | None = None,
    ) -> S:
        """Start it; done when it runs.

        :param dest_directory: where to, within the experiment
        :param timeout: in seconds; None: as long as DM takes
        """

        def start(work: Work) -> None:
            tell = work.status.tell
            directories = {
                "data_directory": str(data_directory),
                "dest_directory": dest_directory,
            }
            for name, directory in directories.items():
                getattr(self, name).put_again(directory, work.patience, tell)
            self._check_puts(work, **directories)
            self._start(work)
            self._check_puts(work, **directories)

        return self._begin(f"DAQ of {data_directory}", start, timeout)

    def kickoff(self) -> S:
        """Start it by the setpoints as they are; done when it runs."""
        return self._begin("start", self._start, None)

    def complete(self, *, timeout: float | None = None) -> S:
        """Done when every file that is there is stored; the DAQ goes on.

        :param timeout: in seconds; None: as long as it takes
        """
        return self._begin("sync", self._sync, timeout)

    def trigger(self) -> S:
        """Done when every file that is there is stored; fails when no DAQ watches any more."""

        def sync(work: Work) -> None:
            state = self.status.fresh(work.patience)
            if state not in self.active:
                raise DmFailed(
                    f"no DAQ watches {self.data_directory.fresh(work.patience)}: {self.prefix} is {state}, start it"
                )
            self._sync(work)

        return self._begin("sync", sync, None)

    def _start(self, work: Work) -> None:
        """A second start of the same directory takes over the first one's DAQ."""
        self.start.put_again(1, work.patience, work.status.tell)

    def _sync(self, work: Work) -> None:
        counts = {
            signal: signal.fresh(work.patience)
            for signal in (self.n_completed, self.n_files)
        }

        def counting(signal: Any) -> Callable[..., None]:
            def count(*, value: int, **_more: object) -> None:
                counts[signal] = value
                of_all = (counts[self.n_completed], counts[self.n_files])
                progress = Progress("stores", *of_all, "files")
                work.status.tell("stores files", progress)

            return count

        with contextlib.ExitStack() as watches:
            for signal in counts:
                watches.enter_context(signal.watched(counting(signal)))
            self.sync.put_again(1, work.patience, work.status.tell)
