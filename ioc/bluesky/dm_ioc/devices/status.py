"""The status of what a device has begun."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ophyd.status import Status

from .progress import Progress

log = logging.getLogger("dm_ioc")

#: A status, as ophyd or ophyd-async has it.
S = TypeVar("S")


class DmStatus(Status):
    """Ends when DM has done it. Its text, and that of bluesky's FailedStatus, says what it waits for, or why it has failed.

    :param what: ``dm_workflow_1: trigger``, for people
    :param is_logged: what it waits for; otherwise, another one says the same
    """

    def __init__(self, what: str, is_logged: bool = True) -> None:
        self.what, self._is_logged = what, is_logged
        self._news = "begins"
        self._progress = Progress("begins", 0.0, 100.0, "%")
        self._begun_s = time.monotonic()
        self._watchers: list[Callable[..., None]] = []
        super().__init__()

    def __str__(self) -> str:
        if not self.done:
            return f"{self.what}: {self._news}"
        error = self.exception(timeout=0)
        return f"{self.what}: {'done' if error is None else error}"

    __repr__ = __str__

    def tell(self, news: str, progress: Progress | None = None) -> None:
        """What it waits for now.

        :param progress: None: as it was
        """
        if self._is_logged and news != self._news:
            log.info("%s: %s", self.what, news)
        self._news = news
        self._progress = progress or self._progress._replace(label=news)
        for watcher in self._watchers:
            self._show(watcher)

    def watch(self, watcher: Callable[..., None]) -> None:
        """As bluesky's progress bars want it."""
        self._watchers.append(watcher)
        self._show(watcher)

    def _show(self, watcher: Callable[..., None]) -> None:
        """What can't be shown, as on a terminal that was closed, is done all the same."""
        try:
            watcher(**self._for_watchers())
        except Exception:
            log.exception("%s: %r does not show it", self.what, watcher)

    def _for_watchers(self) -> dict[str, Any]:
        return {
            "name": str(self) if self.done else f"{self.what}: {self._progress.label}",
            "current": self._progress.done,
            "initial": 0.0,
            "target": self._progress.all,
            "unit": self._progress.unit,
            "precision": 0,
            "fraction": 1 - self._progress.done / (self._progress.all or 1),
            "time_elapsed": time.monotonic() - self._begun_s,
            "time_remaining": None,
        }
