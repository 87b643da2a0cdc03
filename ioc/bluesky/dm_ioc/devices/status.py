"""The status of what a device has begun."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from ophyd.status import Status

log = logging.getLogger("dm_ioc")


class DmStatus(Status):
    """Ends when DM has done it. Its text, and that of bluesky's FailedStatus, says what it waits for, or why it has failed.

    :param what: ``dm_workflow_1: trigger``, for people
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._news = "begins"
        self._percent = 0.0
        self._begun_s = time.monotonic()
        self._watchers: list[Callable[..., None]] = []
        super().__init__()

    def __str__(self) -> str:
        if not self.done:
            return f"{self.what}: {self._news}"
        error = self.exception(timeout=0)
        return f"{self.what}: {'done' if error is None else error}"

    __repr__ = __str__

    def tell(self, news: str, percent: float = 0.0) -> None:
        """What it waits for now."""
        if news != self._news:
            log.info("%s: %s", self.what, news)
        self._news, self._percent = news, percent
        for watcher in self._watchers:
            watcher(**self._progress())

    def watch(self, watcher: Callable[..., None]) -> None:
        """As bluesky's progress bars want it."""
        self._watchers.append(watcher)
        watcher(**self._progress())

    def _progress(self) -> dict[str, Any]:
        return {
            "name": str(self),
            "current": self._percent,
            "initial": 0.0,
            "target": 100.0,
            "unit": "%",
            "precision": 0,
            "fraction": 1 - self._percent / 100,
            "time_elapsed": time.monotonic() - self._begun_s,
            "time_remaining": None,
        }
